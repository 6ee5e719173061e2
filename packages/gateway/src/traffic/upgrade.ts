import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { CLIENT_GONE } from '../events.js';
import { linesOf } from '../http/lines.js';
import type { Ended } from './relay.js';
import { answerLines } from './outgoing.js';
import type { Upstream } from './upstreams.js';

/** Why an upgrade is not passed on; undefined if it is one to a WebSocket (RFC 6455 §4.1) and nothing else. */
export function faultOfUpgrade(
  { method, httpVersion, rawHeaders }: IncomingMessage,
  hasBody: boolean,
): string | undefined {
  const one = (name: string): string | undefined => {
    const lines = linesOf(rawHeaders, name);
    return lines.length === 1 ? lines[0]?.trim() : undefined;
  };
  if (one('upgrade')?.toLowerCase() !== 'websocket') return 'an upgrade to something else than a WebSocket';
  if (method !== 'GET' || httpVersion !== '1.1' || hasBody)
    return 'an upgrade by another request than a GET of HTTP/1.1 without a body';
  if (one('sec-websocket-version') !== '13') return 'a WebSocket of another version than 13';
  if (!/^[A-Za-z0-9+/]{22}==$/.test(one('sec-websocket-key') ?? '')) return 'a WebSocket without its key';
  return undefined;
}

/** A WebSocket on its way through. */
export interface Upgrading {
  readonly upstream: Upstream;
  readonly target: string;
  /** Names and values in turn, without those of the connection. */
  readonly lines: readonly string[];
  readonly timeoutMs: number;
  readonly requestId: string;
  /** The client's connection, and what it has sent already. */
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly key: string;
}

/**
 * Asks the upstream, and joins the two connections once it has agreed. The client's bytes wait until then: to an upstream that does not
 * agree it would be another request.
 */
export function passUpgrade({
  upstream,
  target,
  lines,
  timeoutMs,
  requestId,
  socket,
  head,
  key,
}: Upgrading): Promise<Ended> {
  return new Promise((resolve) => {
    const asked = upstream.connect({
      method: 'GET',
      path: target,
      headers: [...lines, 'Connection', 'Upgrade', 'Upgrade', 'websocket'] as never,
      timeout: timeoutMs,
    });
    const fail = (status: 502 | 504, cause: string): void => {
      asked.destroy();
      resolve({ outcome: 'failed', status, cause });
    };
    const gone = (): void => fail(502, CLIENT_GONE);
    socket.once('close', gone);
    asked.once('timeout', () => fail(504, 'ETIMEDOUT'));
    asked.once('error', (error: NodeJS.ErrnoException) => fail(502, error.code ?? error.name));
    asked.once('response', (response) => {
      socket.off('close', gone);
      const { statusCode = 502 } = response;
      if (statusCode < 200 || statusCode > 599) return fail(502, 'a status outside of HTTP');
      writeHead(socket, statusCode, [
        ...answerLines(response.rawHeaders, requestId, undefined),
        'Connection',
        'close',
      ]);
      response.pipe(socket, { end: false });
      response.once('end', () => socket.end());
      response.once('error', () => socket.destroy());
      response.once('close', () => {
        // Half an answer must not look whole.
        if (!response.complete) socket.destroy();
        resolve(
          response.complete
            ? { outcome: 'answered', status: statusCode }
            : { outcome: 'cut', cause: 'ECONNRESET' },
        );
      });
    });
    asked.once('upgrade', (response, other, early) => {
      socket.off('close', gone);
      const isAgreed =
        response.statusCode === 101 &&
        linesOf(response.rawHeaders, 'upgrade').join().toLowerCase() === 'websocket' &&
        linesOf(response.rawHeaders, 'sec-websocket-accept').join() === acceptOf(key);
      if (!isAgreed) {
        other.destroy();
        return fail(502, 'a WebSocket that was not agreed on');
      }
      writeHead(socket, 101, [
        ...answerLines(response.rawHeaders, requestId, undefined),
        'Connection',
        'Upgrade',
        'Upgrade',
        'websocket',
      ]);
      join(socket, other, head, early);
      resolve({ outcome: 'answered', status: 101 });
    });
    asked.end();
  });
}

/** RFC 6455 §4.2.2. */
function acceptOf(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}

function join(one: Duplex, other: Duplex, fromOne: Buffer, fromOther: Buffer): void {
  if (fromOne.length > 0) other.write(fromOne);
  if (fromOther.length > 0) one.write(fromOther);
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.pipe(to);
    from.once('error', () => to.destroy());
    from.once('close', () => to.destroy());
  }
}

function writeHead(socket: Duplex, status: number, lines: readonly string[]): void {
  const fields = lines.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${lines[at + 1] ?? ''}\r\n`] : []));
  socket.write(
    Buffer.from(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${fields.join('')}\r\n`, 'latin1'),
  );
}
