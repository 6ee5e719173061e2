import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SignedIn } from '../access/user.js';
import type { Answer } from '../answer.js';

/** One request of a page. */
export interface Call extends SignedIn {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly query: URLSearchParams;
}

/** What answers a method of a path. */
export interface Endpoint {
  /** `nobody`: also without a sign-in. */
  readonly needs: 'nobody' | 'read' | 'operate';
  /** Undefined if it answers by itself, as a stream does. */
  readonly answer: (call: Call) => Answer | undefined | Promise<Answer>;
}

/** By `METHOD /path`. */
export type Endpoints = Readonly<Record<string, Endpoint>>;
