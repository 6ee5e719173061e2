import { createServer, type RequestListener, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach } from 'vitest';

/** A header field line; the value in latin-1 code units, as its bytes are sent. */
export type FieldLine = readonly [name: string, value: string];

export interface Exchange {
  readonly method?: string;
  readonly target?: string;
  readonly fields?: readonly FieldLine[];
  /** Sent with Content-Length, or where there are several, chunked: one write for each. */
  readonly body?: string | Uint8Array | readonly (string | Uint8Array)[];
}

export interface Answer {
  readonly status: number;
  readonly fields: Readonly<Record<string, string>>;
  readonly body: string;
}

const closing: (() => Promise<unknown> | void)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

/** Does this after the test. */
export function afterTest(close: () => Promise<unknown> | void): void {
  closing.push(close);
}

/** Serves during the test, and gives the port. */
export function serve(listener?: RequestListener): Promise<number> {
  return listening(listener === undefined ? createServer() : createServer(listener));
}

export async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  afterTest(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Opens a connection that is destroyed after the test. */
export async function open(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  afterTest(() => void socket.destroy());
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => void socket.once('connect', resolve));
  return socket;
}

/** Sends one request as it is written, and reads the answer until the server closes the connection. */
export async function send(port: number, exchange: Exchange = {}): Promise<Answer> {
  const socket = await open(port);
  const answer = received(socket);
  for (const part of serialized(exchange)) {
    socket.write(part);
    await new Promise((resolve) => void setTimeout(resolve, 2));
  }
  return parsed(await answer);
}

/** All that comes, as latin-1, until the other side closes. */
export function received(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString('latin1')));
  return new Promise((resolve) => void socket.once('close', () => resolve(text)));
}

export function head({ method = 'GET', target = '/', fields = [], body }: Exchange): Buffer {
  const own: FieldLine[] = [
    ['Host', 'localhost'],
    ['Connection', 'close'],
  ];
  if (Array.isArray(body)) own.push(['Transfer-Encoding', 'chunked']);
  else if (body !== undefined) own.push(['Content-Length', String(Buffer.from(body as string).length)]);
  const lines = [...own, ...fields].map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1');
}

function* serialized(exchange: Exchange): Generator<Uint8Array> {
  const { body } = exchange;
  yield head(exchange);
  if (typeof body === 'string' || body instanceof Uint8Array) yield Buffer.from(body);
  else if (body !== undefined) {
    for (const part of body) {
      const bytes = Buffer.from(part);
      yield Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
    }
    yield Buffer.from('0\r\n\r\n');
  }
}

function parsed(text: string): Answer {
  const [top = '', ...rest] = text.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '').split('\r\n\r\n');
  const [status = '', ...lines] = top.split('\r\n');
  const pairs = lines.map((line) => [
    line.slice(0, line.indexOf(':')).toLowerCase(),
    line.split(': ')[1] ?? '',
  ]);
  return {
    status: Number(status.split(' ')[1]),
    fields: Object.fromEntries(pairs),
    body: rest.join('\r\n\r\n'),
  };
}
