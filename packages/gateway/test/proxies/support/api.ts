import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createServer as createSecureServer, type TlsOptions } from 'node:tls';

/** One request that reached the API, byte for byte. */
export interface Served {
  readonly method: string;
  readonly target: string;
  /** Names in lower case. */
  readonly lines: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  readonly trailers: string;
}

/** An API that reads little, and refuses nothing. */
export interface Api {
  readonly port: number;
  readonly served: Served[];
  /** What came after a request for another protocol. */
  readonly tunneled: string[];
  /** Whether it takes other protocols, whatever they are. */
  upgrades: boolean;
  /** The answer to all requests; a 101 to those for a WebSocket comes before it. */
  answer: string;
  close(): Promise<void>;
}

/** @param tls serves HTTPS. @param path a unix socket instead of a port */
export async function api({
  tls,
  path,
}: { readonly tls?: TlsOptions; readonly path?: string } = {}): Promise<Api> {
  const sockets = new Set<Socket>();
  const served: Served[] = [];
  const serve = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    let rest = '';
    let isTunnel = false;
    socket.on('data', (chunk) => {
      if (isTunnel) return void found.tunneled.push(chunk.toString('latin1'));
      rest += chunk.toString('latin1');
      for (let read = readRequest(rest); read !== undefined && !isTunnel; read = readRequest(rest)) {
        served.push(read.request);
        rest = rest.slice(read.end);
        isTunnel = found.upgrades && fieldOf(read.request, 'upgrade').length > 0;
        if (isTunnel && rest !== '') found.tunneled.push(rest);
        socket.write(
          isTunnel
            ? 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n'
            : read.request.method === 'HEAD'
              ? found.answer.slice(0, found.answer.indexOf('\r\n\r\n') + 4)
              : found.answer,
        );
      }
    });
  };
  const server = tls === undefined ? createServer(serve) : createSecureServer(tls, serve);
  if (path === undefined) server.listen(0, '127.0.0.1');
  else server.listen(path);
  await once(server, 'listening');
  const found: Api = {
    port: path === undefined ? (server.address() as AddressInfo).port : 0,
    served,
    tunneled: [],
    upgrades: true,
    answer: OK,
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
  return found;
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\nX-Attest-Device: "forged"\r\n\r\nserved';

/** The values of a field. @param name in lower case */
export function fieldOf({ lines }: Pick<Served, 'lines'>, name: string): readonly string[] {
  return lines.flatMap(([each, value]) => (each === name ? [value] : []));
}

/** Undefined until all of it is there. */
function readRequest(text: string): { request: Served; end: number } | undefined {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return undefined;
  const [first = '', ...rest] = text.slice(0, head).split('\r\n');
  const [method = '', target = ''] = first.split(' ');
  const lines = rest.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  const body = readBody(text, head + 4, lines);
  if (body === undefined) return undefined;
  const { end, ...parts } = body;
  return { request: { method, target, lines, ...parts }, end };
}

function readBody(
  text: string,
  start: number,
  lines: Served['lines'],
): { body: string; trailers: string; end: number } | undefined {
  const isChunked = fieldOf({ lines }, 'transfer-encoding').some((each) => /chunked/i.test(each));
  if (!isChunked) {
    const end = start + Number(fieldOf({ lines }, 'content-length')[0] ?? 0);
    return end > text.length ? undefined : { body: text.slice(start, end), trailers: '', end };
  }
  let body = '';
  for (let at = start; ;) {
    const line = text.indexOf('\r\n', at);
    if (line < 0) return undefined;
    const size = Number.parseInt(text.slice(at, line), 16);
    if (size === 0) {
      const end = text.indexOf('\r\n\r\n', line);
      return end < 0 ? undefined : { body, trailers: text.slice(line + 2, end), end: end + 4 };
    }
    body += text.slice(line + 2, line + 2 + size);
    at = line + 4 + size;
    if (at > text.length) return undefined;
  }
}
