import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { sendHttp1 } from '../wire/http1.js';
import type { Send } from '../wire/message.js';
import type { Ports, ServerName } from './servers.js';

/** A runtime of JavaScript other than Node, from its npm package. */
export interface Runtime {
  readonly name: string;
  readonly command: readonly [program: string, ...parameters: string[]];
  readonly run: readonly string[];
}

export const runtimes: readonly Runtime[] = [
  { name: 'Bun', command: ['npx', '-y', 'bun@1.4.5'], run: ['run'] },
  {
    name: 'Deno',
    command: ['npx', '-y', 'deno@2.9.6'],
    // The sources name each other by what they are compiled to.
    run: ['run', '--allow-all', '--unstable-sloppy-imports', '--no-check'],
  },
];

/** The version; undefined where the runtime can be neither found nor fetched. */
export function versionOf({ command: [program, ...parameters] }: Runtime): string | undefined {
  const options = { encoding: 'utf8', timeout: 120_000 } as const;
  const { status, stdout } = spawnSync(program, [...parameters, '--version'], options);
  return status === 0 ? stdout.split('\n')[0] : undefined;
}

/** The servers, in a process of that runtime. */
export interface RuntimeProcess {
  sendTo(server: ServerName): Send;
  stop(): Promise<void>;
}

/** @param variables of the process's environment, beside those of this one */
export async function start(
  { command: [program, ...parameters], run }: Runtime,
  variables: Readonly<Record<string, string>>,
): Promise<RuntimeProcess> {
  const script = fileURLToPath(new URL('serve.ts', import.meta.url));
  // A group of its own, since npx puts a process of its own in between.
  const child = spawn(program, [...parameters, ...run, script], {
    detached: true,
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const line = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).once('line', resolve);
    void exited.then(() => reject(new Error('the process ended before its servers listened')));
  });
  const ports = JSON.parse(line) as Ports;
  return {
    sendTo: (server) => (request) => sendHttp1(ports[server], request),
    async stop() {
      if (child.pid !== undefined) process.kill(-child.pid);
      await exited;
    },
  };
}
