import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, type Environment } from '../servers/example-process.js';
import { EXAMPLE, folder, gatewayOf, PYTHON, running } from './processes.js';

/** A folder as the page's reader has it. */
export function reader(files: Readonly<Record<string, string>>): string {
  const own = mkdtempSync(join(folder, 'reader-'));
  for (const name of ['attest.py', 'attested_fastapi.py', 'attested_flask.py', 'attest_testing.py'])
    copyFileSync(join(EXAMPLE, 'python', name), join(own, name));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(own, name), text);
  return own;
}

/** Runs lines of a shell until the last one has ended. */
export async function shell(cwd: string, lines: string, environment: Environment = {}) {
  const env = { PATH: process.env['PATH'], HOME: cwd, PYTHONDONTWRITEBYTECODE: '1', ...environment };
  const child = spawn('bash', ['-euc', `${lines}\nkill $(jobs -p) 2>/dev/null || true`], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, said };
}

/** An ASGI application in a folder, on a port. */
export async function served(own: string, module: string, environment: Environment = {}): Promise<number> {
  const port = await freePort();
  const options = ['-m', 'uvicorn', '--app-dir', own, '--no-proxy-headers', '--port', String(port)];
  await running(PYTHON, [...options, `${module}:app`], port, environment);
  return port;
}

/** A configuration of the page, with its gateway before a port. */
export function gatewayBefore(backend: number, yaml: string, environment: Environment, port?: number) {
  const file = join(folder, `${randomBytes(4).toString('hex')}.yaml`);
  writeFileSync(file, yaml);
  const listens = '127.0.0.1:8080';
  return gatewayOf(file, { backend, listens, environment, ...(port !== undefined && { port }) });
}
