import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Answer } from '../../ports/decision.js';
import { discardBody } from './body.js';

/** What is used of a response: Node's own, of HTTP/1.1 or of the compatibility API of HTTP/2. */
export interface NodeResponse {
  readonly headersSent: boolean;
  /** Absent in mocks. */
  readonly req?: {
    readonly method?: string | undefined;
    on?(event: 'data', listener: (chunk: Uint8Array) => void): unknown;
    resume?(): unknown;
    destroy?(): unknown;
  };
  writeHead(status: number, headers: Readonly<Record<string, string | number>>): unknown;
  end(): unknown;
  end(body: string): unknown;
}

/** What is used, beyond that, of a response that is left to a listener. */
export interface ListenerResponse extends NodeResponse {
  getHeader(name: string): number | string | readonly string[] | undefined;
  setHeader(name: string, value: string): unknown;
  readonly writableEnded: boolean;
  /** Of HTTP/2 only. */
  readonly stream?: { close(code: number): unknown };
  getHeaderNames(): string[];
  removeHeader(name: string): void;
  destroy(): unknown;
}

const FAILURE: Answer = { status: 500, headers: { 'content-type': 'application/json' }, body: '{}' };

/**
 * Answers instead of a listener that has failed: with 500, or if the response has begun, by cutting it off, so
 * that it cannot be taken for a whole one. One that is complete stays as it is.
 */
export function sendFailure(res: ListenerResponse): void {
  if (res.writableEnded) return;
  try {
    if (res.headersSent) return cutOff(res);
    // They were meant for the listener's own answer: a length, a coding, how long to cache it.
    for (const name of res.getHeaderNames()) res.removeHeader(name);
    sendAnswer(res, FAILURE);
  } catch {
    cutOff(res);
  }
}

/** RFC 9113 §7. */
const INTERNAL_ERROR = 0x2;

/** HTTP/2 goes on with the other streams, and on this one says so: destroyed without an error it would look whole. */
function cutOff(res: ListenerResponse): void {
  if (res.stream === undefined) res.destroy();
  else res.stream.close(INTERNAL_ERROR);
}

/**
 * Writes an answer of the guard: status, header fields and body, without the body for `HEAD`. Fields that others have
 * set, for CORS for example, stay. A response that has begun already, after a timeout for example, is only ended.
 * @example
 * if (decision.outcome === 'refuse') sendAnswer(res, decision.response);
 */
export function sendAnswer(res: NodeResponse, { status, headers, body }: Answer): void {
  if (res.headersSent) return void res.end();
  res.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  if (res.req?.method === 'HEAD') res.end();
  else res.end(body);
  if (res.req !== undefined) discardBody(res.req);
}

/** Refuses an upgrade, on the bare socket that is all there is, and closes the connection. */
export function refuseUpgrade(socket: Duplex, { status, headers, body }: Answer): void {
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
