import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import { sendHttp1 } from '../wire/http1.js';
import type { WireRequest, WireResponse } from '../wire/message.js';

export type Environment = Readonly<Record<string, string>>;

/** A command of the examples that has ended. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** An example server during the tests of one `describe`. */
export interface ExampleServer {
  readonly port: number;
  /** All that it has written so far. */
  output(): string;
  send(request: WireRequest): Promise<WireResponse>;
}

interface Started {
  readonly child: ReturnType<typeof spawn>;
  readonly written: { stdout: string; stderr: string };
}

/**
 * Runs `run-hello.js` or `run-shapes.js` until it ends, in an environment of its own: no NODE_ENV, no variable of
 * ours but those given.
 */
export async function runExample(command: readonly string[], environment: Environment = {}): Promise<Ended> {
  const { child, written } = startExample(command, environment);
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, ...written };
}

/** Starts an example server on a free port before the tests of the surrounding `describe`, and stops it after them. */
export function serveExample(command: readonly string[], environment: Environment = {}): ExampleServer {
  let started: Started | undefined;
  let port = 0;
  beforeAll(async () => {
    port = await freePort();
    started = startExample(command, { HTTP_PORT: String(port), ...environment });
    await listening(started);
  });
  afterAll(async () => {
    if (started === undefined || !started.child.kill()) return;
    await once(started.child, 'close');
  });
  return {
    get port() {
      return port;
    },
    output: () => started?.written.stdout ?? '',
    send: (request) => sendHttp1(port, request),
  };
}

/** A port of the loopback interface on which nothing listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function startExample([script = '', ...values]: readonly string[], environment: Environment): Started {
  const file = fileURLToPath(new URL(`../../examples/dist/${script}`, import.meta.url));
  const env = { PATH: process.env['PATH'], ...environment };
  const child = spawn(process.execPath, [file, ...values], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const written = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (written.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (written.stderr += text));
  return { child, written };
}

/** Waits for the address and the lines to try, which are written at once and end with an empty line. */
async function listening({ child, written }: Started): Promise<void> {
  while (!/ listens on http:.*\n\n$/s.test(written.stdout)) {
    if (child.exitCode !== null) throw new Error(`the example ended: ${written.stderr}`);
    await Promise.race([
      once(child.stdout as NonNullable<typeof child.stdout>, 'data'),
      once(child, 'close'),
    ]);
  }
}
