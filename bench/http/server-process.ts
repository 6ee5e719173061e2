import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { secretBase64 } from '../tokens/fixtures.js';

export type Framework = (typeof FRAMEWORKS)[number];
export type Protection = 'unprotected' | 'token-check' | 'token-binding-check';

export const FRAMEWORKS = ['express', 'fastify', 'koa', 'nest', 'hono', 'node'] as const;

/** A server in a process of its own. */
export interface ServerProcess {
  readonly url: string;
  /** CPU time that the process has taken since it began, in microseconds. */
  readonly cpu: () => Promise<number>;
  /** What modules answer that were loaded before the server. */
  readonly ask: (question: string) => Promise<number>;
  readonly stop: () => void;
}

const HOST = '127.0.0.1';

/** Starts one of the example servers, unchanged. */
export function startExample(framework: Framework, protection: Protection): Promise<ServerProcess> {
  return start(new URL(`../../../examples/dist/hello/${framework}/${protection}.js`, import.meta.url));
}

/** Starts the same server as the Express examples, with the guard on the route alone. */
export function startExpressRoute(): Promise<ServerProcess> {
  return start(new URL('../servers/express-route.js', import.meta.url));
}

/** Starts the same server as the Express examples, protected by express-jwt. */
export function startExpressJwt(): Promise<ServerProcess> {
  return start(new URL('../servers/express-jwt.js', import.meta.url));
}

/** Starts a server with a token check at which Android devices enroll too. */
export function startEnrollment(app: object): Promise<ServerProcess> {
  return start(new URL('../servers/enrollment.js', import.meta.url), { BENCH_APP: JSON.stringify(app) });
}

/** How a server is started, besides its variables. */
interface StartOptions {
  readonly args?: readonly string[];
  /** Modules that are loaded before it. */
  readonly preloads?: readonly URL[];
}

/** Starts a server, which listens on the port in `HTTP_PORT`. */
export async function start(
  module: URL,
  variables: Readonly<Record<string, string>> = {},
  { args = [], preloads = [] }: StartOptions = {},
): Promise<ServerProcess> {
  const port = await freePort();
  const usage = new URL('../servers/report-usage.js', import.meta.url);
  const child = fork(fileURLToPath(module), args, {
    execArgv: [usage, ...preloads].flatMap(({ href }) => ['--import', href]),
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      APPROOV_BASE64_SECRET: secretBase64,
      APPROOV_LOGGING_ENABLED: 'false',
      HTTP_PORT: String(port),
      SERVER_HOSTNAME: HOST,
      ...variables,
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await listening(port, child);
  const ask = async (question: string): Promise<number> => {
    child.send(question);
    const [answer] = (await once(child, 'message')) as [number];
    return answer;
  };
  return {
    url: `http://${HOST}:${port}/`,
    cpu: () => ask('cpu'),
    ask,
    stop: () => void child.kill('SIGKILL'),
  };
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, HOST);
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Waits until a process listens. */
export async function listening(port: number, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const socket = connect(port, HOST);
    try {
      await once(socket, 'connect');
      return;
    } catch {
      await sleep(50);
    } finally {
      socket.destroy();
    }
  }
  throw new Error(`The server ended before it listened (exit code ${child.exitCode}).`);
}
