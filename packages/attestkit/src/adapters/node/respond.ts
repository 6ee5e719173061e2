import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Refusal } from '../../ports/decision.js';
import { discardBody } from './body.js';

/** What is used of a response: Node's own, of HTTP/1.1 or of the compatibility API of HTTP/2. */
export interface NodeResponse {
  readonly headersSent: boolean;
  readonly req: { readonly method?: string | undefined; resume?(): unknown };
  writeHead(status: number, headers: Readonly<Record<string, string | number>>): unknown;
  end(): unknown;
  end(body: string): unknown;
}

/**
 * Writes a refusal: status, header fields and body, without the body for `HEAD`. Fields that others have set, for
 * CORS for example, stay. A response that has begun already, after a timeout for example, is only ended.
 */
export function sendRefusal(res: NodeResponse, { status, headers, body }: Refusal): void {
  if (res.headersSent) return void res.end();
  res.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  if (res.req.method === 'HEAD') res.end();
  else res.end(body);
  discardBody(res.req);
}

/** Refuses an upgrade, on the bare socket that is all there is, and closes the connection. */
export function refuseUpgrade(socket: Duplex, { status, headers, body }: Refusal): void {
  const fields = {
    ...headers,
    date: new Date().toUTCString(),
    connection: 'close',
    'content-length': Buffer.byteLength(body),
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  // Node's servers leave a connection half open, for as long as the client likes.
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`);
}
