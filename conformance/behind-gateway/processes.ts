import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { afterAll } from 'vitest';
import { freePort, type Environment } from '../servers/example-process.js';

/** Debian's, which has the packages below: .ci/run installs them. */
export const PYTHON = '/usr/bin/python3';

export const EXAMPLE = fileURLToPath(new URL('../../examples/behind-gateway/', import.meta.url));

/** Whether a command of the system ends well. Without it tests are skipped, aloud; in continuous integration that is a failure. */
export function canRun(command: string, args: readonly string[], install: string): boolean {
  if (spawnSync(command, args).status === 0) return true;
  const says = `${command} ${args.join(' ')} fails: apt-get install --no-install-recommends ${install}`;
  if (process.env['CI'] === 'true') throw new Error(says);
  process.stderr.write(`SKIPPED: ${says}\n`);
  return false;
}

const MODULES = [
  'fastapi',
  'uvicorn',
  'flask',
  'gunicorn',
  'jwt',
  'cryptography',
  'pytest',
  'httpx',
  'websockets',
];

export const hasPython = canRun(
  PYTHON,
  ['-c', `import ${MODULES.join(', ')}`],
  MODULES.map((name) => `python3-${name}`).join(' '),
);

/** Of Approov's quickstarts: everybody knows it. */
export const PUBLISHED = parseEnv(
  readFileSync(new URL('../../examples/.env.example', import.meta.url), 'utf8'),
) as {
  readonly APPROOV_BASE64_SECRET: string;
};

/** A folder of this file's tests. */
export const folder = mkdtempSync(join(tmpdir(), 'attestkit-behind-'));

const kills: (() => void)[] = [];
// Of a file that fails before its tests begin, no `afterAll` runs.
process.once('SIGTERM', () => {
  for (const kill of kills) kill();
  process.exit();
});

const stops: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A process that listens. */
export interface Running {
  /** What it wrote. */
  readonly log: () => string;
  readonly stop: () => Promise<void>;
}

/** Starts a program in the folder of the example, and waits until it takes connections. @param at a port, or the path of a unix socket */
export async function running(
  command: string,
  args: readonly string[],
  at: number | string,
  environment: Environment = {},
): Promise<Running> {
  const env = { PATH: process.env['PATH'], PYTHONDONTWRITEBYTECODE: '1', ...environment };
  // In a group of its own, so that it ends with its workers.
  const child = spawn(command, args, {
    cwd: EXAMPLE,
    detached: true,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (log += String(chunk)));
  const ended = once(child, 'close');
  const kill = (): void => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-Number(child.pid), 'SIGKILL');
  };
  const stop = async (): Promise<void> => {
    kill();
    await ended;
  };
  stops.push(stop);
  kills.push(kill);
  while (!(await listens(at))) {
    if (child.exitCode !== null) throw new Error(`${command} ended:\n${log}`);
    await pause(50);
  }
  return { log: () => log, stop };
}

function listens(at: number | string): Promise<boolean> {
  return new Promise((done) => {
    const socket = typeof at === 'number' ? connect(at, '127.0.0.1') : connect(at);
    socket.once('connect', () => done(true)).once('error', () => done(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** Where a backend listens: a port, unless a path is given. */
export interface Backend extends Running {
  readonly port: number;
}

export const FRAMEWORKS = ['fastapi', 'flask', 'gunicorn'] as const;
export type Framework = (typeof FRAMEWORKS)[number];

/** Starts `python/NAME_fastapi.py`, or `NAME_flask.py` by Werkzeug or by Gunicorn. */
export async function backend(
  framework: Framework,
  name: string,
  environment: Environment = {},
  path?: string,
): Promise<Backend> {
  const port = await freePort();
  const words = {
    fastapi: `uvicorn --app-dir python --no-proxy-headers ${name}_fastapi:app ${path === undefined ? `--port ${port}` : `--uds ${path}`}`,
    flask: `flask --app python/${name}_flask run ${path === undefined ? `--port ${port}` : `--host unix://${path}`}`,
    gunicorn: `gunicorn --chdir python --workers 2 ${name}_flask:app --bind ${path === undefined ? `127.0.0.1:${port}` : `unix:${path}`}`,
  }[framework];
  return { port, ...(await running(PYTHON, ['-m', ...words.split(' ')], path ?? port, environment)) };
}

/** What a file of the example says, on free ports, and with other changes. */
export interface Changes {
  readonly backend: number | string;
  readonly port?: number;
  /** The address in the file that gets this port. */
  readonly listens?: string;
  /** Text of the file, and what stands there instead. */
  readonly replaced?: Readonly<Record<string, string>>;
  readonly environment?: Environment;
}

/** Starts the gateway by its command, with a file of the example, from a folder that has the key of result tokens. */
export async function gatewayOf(
  file: string,
  { backend: behind, replaced = {}, environment = {}, port = 0, listens: at = '127.0.0.1:8002' }: Changes,
): Promise<Running & { readonly port: number; readonly file: string }> {
  port ||= await freePort();
  const places = {
    'http://127.0.0.1:8000': typeof behind === 'number' ? `http://127.0.0.1:${behind}` : `unix:${behind}`,
    [at]: `127.0.0.1:${port}`,
    ...replaced,
  };
  let text = readFileSync(resolve(EXAMPLE, file), 'utf8');
  for (const [from, to] of Object.entries(places)) {
    if (!text.includes(from) && from in replaced) throw new Error(`${file} does not have ${from}`);
    text = text.replaceAll(from, to);
  }
  const own = mkdtempSync(join(folder, 'gateway-'));
  writeFileSync(join(own, basename(file)), text);
  if (existsSync(RESULT_KEY)) copyFileSync(RESULT_KEY, join(own, 'result-key.pem'));
  const started = await running(
    process.execPath,
    [GATEWAY, '--config', join(own, basename(file))],
    port,
    environment,
  );
  return { ...started, port, file: join(own, basename(file)) };
}

export const GATEWAY = fileURLToPath(
  new URL('../../packages/gateway/bin/attestkit-gateway.js', import.meta.url),
);

/** Where a test puts the key of result tokens. */
export const RESULT_KEY = join(folder, 'result-key.pem');
