import type { IncomingMessage } from 'node:http';
import type { Answer } from 'attestkit';
import type { Convention } from '../events.js';
import type { Trust } from '../http/trust.js';
import type { Fault, Question } from './question.js';

/** How a question is read. */
export interface Reading {
  readonly peers: Trust;
  /** The proxies make `X-Request-Id` themselves, and overwrite the one of the client. */
  readonly requestIdsByProxy: boolean;
}

/** What is said about a request that may go on. */
export interface Accepted {
  /** `X-Attest-…`, and the request's id: names and values in turn. */
  readonly lines: readonly string[];
  /** Fields of the request that end here, in lower case. */
  readonly removed: () => readonly string[];
}

/** One way in which proxies ask over HTTP: it reads its own fields, and falls back on nothing. */
export interface HttpConvention {
  readonly name: Convention;
  isAsked(url: string): boolean;
  read(req: IncomingMessage, reading: Reading): Question | Fault;
  /** The lines of the answer 200: names and values in turn. */
  accept(accepted: Accepted): string[];
  /** @param answer what the client of a traffic listener would get */
  refuse(answer: Answer): Answer;
}

/** Whether a URL has this path. The query is ignored: some proxies append the one of the client. */
export function hasPath(url: string, path: string): boolean {
  return url === path || url.startsWith(`${path}?`);
}

/** Of 200 without a body: all proxies take it for a yes, and keep their connection after it. */
export function yes({ lines }: Accepted): string[] {
  return ['Content-Length', '0', 'Cache-Control', 'no-store', ...lines];
}
