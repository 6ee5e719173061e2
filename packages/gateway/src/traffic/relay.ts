import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Dispatcher } from 'undici';
import type { Upstream } from './upstreams.js';
import { CLIENT_GONE, UPSTREAM_BUSY } from '../events.js';
import { answerLines, type AnswerCaching } from './outgoing.js';

/** One exchange with an upstream. */
export interface Exchange {
  readonly upstream: Upstream;
  readonly method: string;
  /** Path and query, byte for byte as they were judged. */
  readonly target: string;
  /** The client's connection: of pipelined requests the first response alone knows it. */
  readonly connection: Socket;
  /** Names and values in turn. */
  readonly lines: readonly string[];
  /** The body of the request; undefined if there is none. */
  readonly body: IncomingMessage | undefined;
  readonly timeoutMs: number;
  readonly requestId: string;
  readonly caching: AnswerCaching | undefined;
}

/** How an exchange ended. `failed`: the upstream did not answer, and the client has not got anything yet. */
export type Ended =
  | { readonly outcome: 'answered'; readonly status: number }
  | { readonly outcome: 'failed'; readonly status: 502 | 503 | 504; readonly cause: string }
  | { readonly outcome: 'cut'; readonly cause: string };

/** Sends a request on and its answer back, at the pace of the slower side. It is sent once more only if that changes nothing. */
export function relay(exchange: Exchange, res: ServerResponse): Promise<Ended> {
  const { upstream, connection, method, body, timeoutMs } = exchange;
  const under = running.get(upstream) ?? 0;
  if (under >= upstream.connections)
    return Promise.resolve({ outcome: 'failed', status: 503, cause: UPSTREAM_BUSY });
  running.set(upstream, under + 1);
  // A client that neither sends nor reads keeps a connection of everybody's: Node ends it. An upstream that is slow is told of before.
  connection.setTimeout(timeoutMs + IDLE_MORE_MS);
  return new Promise((resolve) => {
    const end = (ended: Ended): void => {
      running.set(upstream, (running.get(upstream) ?? 1) - 1);
      resolve(ended);
    };
    dispatch(exchange, res, (first) => {
      // The upstream closed a connection that was waiting for the next request.
      const isStale = first.outcome === 'failed' && first.cause === 'UND_ERR_SOCKET';
      const isRepeatable = body === undefined && REPEATABLE.has(method) && !res.destroyed;
      if (isStale && isRepeatable) dispatch(exchange, res, end);
      else end(first);
    });
  });
}

const REPEATABLE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The timers of upstreams are as exact as that. */
const IDLE_MORE_MS = 3000;

/** Requests under way. */
const running = new WeakMap<Upstream, number>();

function dispatch(exchange: Exchange, res: ServerResponse, done: (ended: Ended) => void): void {
  const { upstream, connection, method, target, lines, body, timeoutMs, requestId, caching } = exchange;
  let controller: Dispatcher.DispatchController | undefined;
  let status = 0;
  const isGone = (): boolean => res.destroyed || connection.destroyed;
  const stop = (): void => {
    if (!res.writableFinished) controller?.abort(new Error(CLIENT_GONE));
  };
  const end = (ended: Ended): void => {
    if (isPipelined) connection.off('close', stop);
    res.off('close', stop);
    done(ended);
  };
  const resume = (): void => controller?.resume();
  // A response that waits for another one is not told of the end of its connection.
  const isPipelined = res.socket === null;
  if (isPipelined) connection.once('close', stop);
  res.on('close', stop);
  const options: Dispatcher.DispatchOptions & { readonly servername: string } = {
    method: method as Dispatcher.HttpMethod,
    path: target,
    headers: lines as string[],
    body: body ?? null,
    // Else undici takes that of `Host`, and ends connections that have another one.
    servername: upstream.serverName,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  };
  upstream.pool.dispatch(options, {
    onRequestStart(started) {
      controller = started;
      if (isGone()) stop();
    },
    onResponseStart(started, code) {
      if (code < 200) return;
      status = code;
      res.writeHead(code, answerLines((started.rawHeaders ?? []) as Buffer[], requestId, caching));
    },
    onResponseData(started, chunk) {
      if (res.write(chunk)) return;
      started.pause();
      res.once('drain', resume);
    },
    onResponseEnd() {
      res.end();
      end({ outcome: 'answered', status });
    },
    onResponseError(_, error) {
      // A client can close at any time, which says nothing about the upstream.
      // Their length is that of another answer (RFC 9110 §8.6), and they are whole.
      if ((status === 304 || status === 204) && !isGone()) {
        res.end();
        return end({ outcome: 'answered', status });
      }
      const cause = isGone() ? CLIENT_GONE : ((error as NodeJS.ErrnoException).code ?? error.name);
      if (!res.headersSent && !isGone()) {
        const isSlow = cause === 'UND_ERR_HEADERS_TIMEOUT' || cause === 'UND_ERR_CONNECT_TIMEOUT';
        return end({ outcome: 'failed', status: isSlow ? 504 : 502, cause });
      }
      // Half an answer must not look whole.
      res.destroy();
      end({ outcome: 'cut', cause });
    },
  });
}
