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
export async function relay(exchange: Exchange, res: ServerResponse): Promise<Ended> {
  const { upstream, connection, timeoutMs } = exchange;
  const under = running.get(upstream) ?? 0;
  if (under >= upstream.connections) return { outcome: 'failed', status: 503, cause: UPSTREAM_BUSY };
  running.set(upstream, under + 1);
  // A client that neither sends nor reads keeps a connection of everybody's. An upstream that is slow is told of before.
  const idle = (): void => void connection.destroy();
  connection.setTimeout(timeoutMs + IDLE_MORE_MS, idle);
  try {
    return await exchanged(exchange, res);
  } finally {
    connection.off('timeout', idle).setTimeout(0);
    running.set(upstream, (running.get(upstream) ?? 1) - 1);
  }
}

/** The timers of upstreams are as exact as that. */
const IDLE_MORE_MS = 3000;

/** Requests under way. */
const running = new WeakMap<Upstream, number>();

async function exchanged(exchange: Exchange, res: ServerResponse): Promise<Ended> {
  const first = await dispatch(exchange, res);
  const isRepeatable =
    exchange.body === undefined && ['GET', 'HEAD', 'OPTIONS'].includes(exchange.method) && !res.destroyed;
  // The upstream closed a connection that was waiting for the next request.
  if (first.outcome === 'failed' && first.cause === 'UND_ERR_SOCKET' && isRepeatable)
    return await dispatch(exchange, res);
  return first;
}

function dispatch(exchange: Exchange, res: ServerResponse): Promise<Ended> {
  const { upstream, connection, method, target, lines, body, timeoutMs, requestId, caching } = exchange;
  return new Promise((resolve) => {
    let controller: Dispatcher.DispatchController | undefined;
    let status = 0;
    const isGone = (): boolean => res.destroyed || connection.destroyed;
    const stop = (): void => {
      if (!res.writableFinished) controller?.abort(new Error(CLIENT_GONE));
    };
    const end = (ended: Ended): void => {
      connection.off('close', stop);
      res.off('close', stop).off('drain', resume);
      resolve(ended);
    };
    const resume = (): void => controller?.resume();
    connection.once('close', stop);
    res.on('close', stop).on('drain', resume);
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
        if (!res.write(chunk)) started.pause();
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
  });
}
