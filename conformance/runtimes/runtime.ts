import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { sendHttp1 } from '../wire/http1.js';
import type { Send } from '../wire/message.js';
import { versionOf, type Command } from './commands.js';
import type { Ports, ServerName } from './servers.js';

/** A runtime of JavaScript other than Node, from its npm package. */
export interface Runtime {
  readonly name: string;
  /** As what it reads octets over 0x7f in header fields; of UTF-8, what is none is lost. */
  readonly fields: 'latin-1' | 'UTF-8';
  /** The version; undefined where the runtime can be neither found nor fetched. */
  version(): string | undefined;
  /** @param variables of the process's environment, beside those of this one */
  start(variables: Readonly<Record<string, string>>): Promise<RuntimeProcess>;
}

/** The servers, in a process of that runtime. */
export interface RuntimeProcess {
  sendTo(server: ServerName): Send;
  stop(): Promise<void>;
}

/**
 * A runtime that runs the sources as a script.
 *
 * @param run what runs a script
 */
export function scriptRuntime(name: string, command: Command, run: readonly string[]): Runtime {
  const [program, ...parameters] = command;
  return {
    name,
    fields: 'latin-1',
    version: () => versionOf(command),
    async start(variables) {
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
    },
  };
}
