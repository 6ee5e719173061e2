import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { sendHttp1 } from '../wire/http1.js';
import type { Runtime } from './runtime.js';
import type { Ports, ServerName } from './servers.js';

const FOLDER = fileURLToPath(new URL('workerd/', import.meta.url));
const ENTRY = fileURLToPath(new URL('serve-worker.ts', import.meta.url));
const CONFIG = 'config.capnp';

/** The sockets of the configuration. */
const NAMES = [
  'token',
  'binding',
  'shapes',
  'signatures',
  'body',
  'enrollment',
] as const satisfies readonly ServerName[];

/** What workerd writes for each port that it listens on. */
interface Listening {
  readonly socket: ServerName;
  readonly port: number;
}

/** The runtime of Cloudflare Workers, without the platform around it. It is installed by the lock file in its folder. */
export const workerd: Runtime = {
  name: 'workerd',
  fields: 'UTF-8',
  version() {
    const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: FOLDER,
      timeout: 120_000,
    });
    return status === 0
      ? spawnSync(programOf(), ['--version'], { encoding: 'utf8' }).stdout.trim()
      : undefined;
  },
  async start(variables) {
    const folder = await mkdtemp(join(tmpdir(), 'attestkit-workerd-'));
    await bundle(join(folder, 'serve-worker.js'));
    await copyFile(join(FOLDER, CONFIG), join(folder, CONFIG));
    const child = spawn(programOf(), ['serve', join(folder, CONFIG), '--control-fd=3'], {
      env: { ...process.env, ...variables },
      stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
    });
    const ports = await portsOf(child.stdio[3] as Readable);
    return {
      sendTo: (server) => (request) => sendHttp1(ports[server], request),
      async stop() {
        const exited = once(child, 'exit');
        child.kill();
        await exited;
        await rm(folder, { recursive: true });
      },
    };
  },
};

/** The package's own answer, since `bin` is a script of Node that starts the program. */
function programOf(): string {
  const { default: program } = createRequire(FOLDER)('workerd') as { readonly default: string };
  return program;
}

/** All code in one file, without what Node has built in. */
async function bundle(file: string): Promise<void> {
  const build = await rolldown({
    input: ENTRY,
    platform: 'node',
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
  });
  await build.write({ file, format: 'esm', codeSplitting: false });
  await build.close();
}

/** The ports of all servers; rejects if workerd ends before it listens. */
async function portsOf(control: Readable): Promise<Ports> {
  const ports: Partial<Record<ServerName, number>> = {};
  for await (const line of createInterface(control)) {
    const { socket, port } = JSON.parse(line) as Listening;
    ports[socket] = port;
    if (NAMES.every((name) => ports[name] !== undefined)) return ports as Ports;
  }
  throw new Error('workerd ended before its servers listened');
}
