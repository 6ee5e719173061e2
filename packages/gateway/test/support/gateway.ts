import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import {
  loadConfig,
  startGateway,
  type Config,
  type GatewayEvent,
  type StartOptions,
} from 'attestkit-gateway';
import { afterAll } from 'vitest';

/** What an upstream got. */
export interface Got {
  readonly method: string;
  readonly target: string;
  /** Name and value in turn, as they came. */
  readonly raw: readonly string[];
  readonly body: string;
}

/** An API that says what it got. */
export interface Upstream {
  readonly url: string;
  readonly got: Got[];
}

const closing: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closing.toReversed()) await close();
});

export async function upstream(
  listener: (req: IncomingMessage, res: ServerResponse, body: string) => void = (_, res) =>
    res.end('{"from":"the API"}'),
): Promise<Upstream> {
  const got: Got[] = [];
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      got.push({ method: req.method ?? '', target: req.url ?? '', raw: req.rawHeaders, body });
      listener(req, res, body);
    });
  });
  server.maxHeadersCount = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, got };
}

export interface TestGateway {
  readonly url: string;
  /** Empty without `authorization`, and without `authorization.grpc`. */
  readonly authorizationUrl: string;
  readonly grpcUrl: string;
  /** Empty without `admin`, and without `admin.open`. */
  readonly adminUrl: string;
  readonly openUrl: string;
  readonly events: readonly GatewayEvent[];
  readonly reload: (yaml: string) => void;
  readonly close: () => Promise<void>;
}

/** A gateway with a configuration in YAML, on a port of its own. */
export async function gateway(
  yaml: string,
  env: NodeJS.ProcessEnv = {},
  options: StartOptions = {},
): Promise<TestGateway> {
  const events: GatewayEvent[] = [];
  const read = (text: string): Config => {
    const whole = text.startsWith('{') ? text : `${text}\nshutdown: { deadlineMs: 500 }\n`;
    const config = loadConfig('gateway.yaml', whole, { ...process.env, ...env });
    const { admin } = config.settings;
    // Not in a file, unless the test is about files.
    return admin === undefined
      ? config
      : { ...config, settings: { ...config.settings, admin: { history: 'memory', ...admin } } };
  };
  const started = await startGateway(read(yaml), {
    ...options,
    onEvent: (event) => {
      events.push(event);
      options.onEvent?.(event);
    },
  });
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= started.close());
  closing.push(close);
  const { trafficUrl = '', authorizationUrl = '', grpcUrl = '', adminUrl = '', openUrl = '' } = started;
  return {
    url: trafficUrl,
    authorizationUrl,
    grpcUrl,
    adminUrl,
    openUrl,
    events,
    reload: (text) => started.reload(() => read(text)),
    close,
  };
}

/** Sends bytes, and gives what came back until the other side closed or fell silent. */
export function raw(url: string, bytes: string | Buffer, silentMs = 300): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.setTimeout(silentMs, () => socket.destroy());
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
    socket.write(bytes);
  });
}

/** Names in lower case with their values, of a list of both in turn. */
export function pairs(lines: readonly string[]): [string, string][] {
  return lines.flatMap((name, at) =>
    at % 2 === 0 ? [[name.toLowerCase(), lines[at + 1] ?? ''] as [string, string]] : [],
  );
}
