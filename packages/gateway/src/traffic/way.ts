import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Answer } from 'attestkit';
import { sendAnswer } from 'attestkit/node';
import { linesOf } from '../http/lines.js';
import type { Head } from './head.js';
import type { AnswerCaching } from './outgoing.js';
import { relay, type Ended } from './relay.js';
import { faultOfUpgrade, passUpgrade } from './upgrade.js';
import type { Upstream } from './upstreams.js';

/** How a client gets its answer: as a response, or on the bare connection of an upgrade. */
export interface Way {
  /** Why it cannot be passed on, seen from its head. */
  readonly fault: (head: Head) => string | undefined;
  readonly answer: (answer: Answer, isLast: boolean) => void;
  readonly pass: (sent: Sent) => Promise<Ended>;
  /** The client waits for a word before it sends its body. */
  readonly invite: () => void;
}

/** What goes to the upstream. */
interface Sent {
  readonly upstream: Upstream;
  readonly head: Head;
  readonly lines: readonly string[];
  readonly timeoutMs: number;
  readonly requestId: string;
  readonly caching: AnswerCaching | undefined;
}

/** By a response. @param invite says `100 Continue` */
export function responding(
  req: IncomingMessage,
  res: ServerResponse,
  invite: () => void,
  isDraining: () => boolean,
): Way {
  // The client sends its next request elsewhere.
  if (isDraining()) res.shouldKeepAlive = false;
  return {
    fault: () => undefined,
    invite,
    answer(given, isLast) {
      if (isLast) res.shouldKeepAlive = false;
      if (res.headersSent) return void res.destroy();
      sendAnswer(res, given);
    },
    pass({ upstream, head, lines, timeoutMs, requestId, caching }) {
      if (head.hasBody) invite();
      const { method, target, hasBody } = head;
      const body = hasBody ? req : undefined;
      return relay(
        {
          upstream,
          connection: req.socket,
          method,
          target: target.raw,
          lines,
          body,
          timeoutMs,
          requestId,
          caching,
        },
        res,
      );
    },
  };
}

/** For a client that expects something unknown. */
export function expecting(way: Way): Way {
  return { ...way, fault: () => 'an expectation other than 100-continue' };
}

/** On the bare connection. @param early bytes that came behind the head */
export function upgrading(req: IncomingMessage, socket: Duplex, early: Buffer): Way {
  // Node leaves the socket without a listener for errors, and one that breaks must not end the process.
  socket.on('error', () => socket.destroy());
  return {
    fault: (head) => faultOfUpgrade(req, head.hasBody),
    invite: () => undefined,
    answer: (given) => endWith(socket, given),
    pass({ upstream, head, lines, timeoutMs, requestId }) {
      const key = linesOf(req.rawHeaders, 'sec-websocket-key')[0] ?? '';
      return passUpgrade({
        upstream,
        target: head.target.raw,
        lines,
        timeoutMs,
        requestId,
        socket,
        head: early,
        key,
      });
    },
  };
}

/** Answers on the bare socket, and closes it. */
function endWith(socket: Duplex, { status, headers, body }: Answer): void {
  const length = String(Buffer.byteLength(body));
  const all = { ...headers, date: new Date().toUTCString(), connection: 'close', 'content-length': length };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  void once(socket, 'finish').then(
    () => socket.destroy(),
    () => undefined,
  );
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`);
}
