import { ConfigurationError } from '../../kernel/errors.js';
import type { JsonObject } from '../../kernel/bytes/json.js';
import type { OptionTypes } from '../../kernel/config/options.js';
import { readUnsignedJson } from '../../kernel/bytes/unsigned-json.js';
import { within } from '../../kernel/config/whole-number.js';
import type { GoogleFailure } from '../../ports/google.js';
import { endpoint } from '../endpoint.js';
import { fetchBody, FetchFailure, type Answer } from '../fetch-body.js';
import { Watchers } from '../watchers.js';
import { AccessTokens } from './credentials/access.js';
import { COOLDOWN, describeStatus, failureOf, MAX_DEPTH, MAX_ERROR_BYTES } from './answer.js';
import { CircuitBreaker, type Attempt, type Down } from './circuit-breaker.js';
import { readCredentials, type GoogleCredentials } from './credentials/credentials.js';

/** The credentials that ask Google, and the deadline. */
export interface GoogleOptions extends GoogleCredentials {
  /** Milliseconds for one answer; an access token, once an hour, is waited for as long again: 1 to 60000. Default 4000. */
  readonly timeoutMs?: number | undefined;
  /** Instead of Google's, for a proxy or a test: https; http only for a loopback host in development. */
  readonly endpoint?: string | undefined;
  /**
   * Used instead of the global `fetch`: for a proxy, a private CA or a test. It gets every question, also those to a
   * metadata server, which no proxy must see.
   */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** The clock, in milliseconds. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

export const GOOGLE_OPTIONS = {
  credentials: 'any',
  serviceAccount: 'any',
  timeoutMs: 'any',
  endpoint: 'any',
  fetch: 'function',
  now: 'function',
} as const satisfies OptionTypes;

/** Bytes of an answer: a verdict takes 2 KiB. */
const MAX_BYTES = 65_536;

/** How the answers of one method are read. */
interface Reading<T> {
  /** Statuses with which the service refuses a token. */
  readonly invalid: readonly number[];
  /** Makes an answer of 200 into an outcome; undefined if it cannot be used. */
  readonly read: (answer: JsonObject) => T | undefined;
}

/** One of Google's services, which is asked with an access token, once per question. */
export class GoogleService {
  readonly #access: AccessTokens;
  readonly #base: string;
  readonly #fetch: typeof globalThis.fetch | undefined;
  readonly #timeoutMs: number;
  readonly #breaker: CircuitBreaker;
  readonly #watchers = new Watchers();
  /** The port's member. */
  readonly watch = this.#watchers.watch;

  /**
   * @param service the address of the service, and the scope that it asks for
   * @throws ConfigurationError naming the option
   */
  constructor(options: GoogleOptions, service: { url: string; scope: string }, elapsed?: () => number) {
    const { now = Date.now, fetch, timeoutMs = 4000 } = options;
    this.#timeoutMs = within('timeoutMs', timeoutMs, 1, 60_000);
    const url = endpoint(options.endpoint ?? service.url, 'endpoint');
    if (url.includes('?'))
      throw new ConfigurationError('endpoint', 'has a query', 'Remove the part from the ? on.');
    this.#base = url.replace(/\/$/, '');
    this.#fetch = fetch;
    this.#access = new AccessTokens({
      source: readCredentials(options),
      scope: service.scope,
      fetch,
      watchers: this.#watchers,
      timeoutMs: this.#timeoutMs,
      now,
    });
    this.#breaker = new CircuitBreaker(
      (circuit, cause) => this.#watchers.tell(this.#base, { circuit, cause }),
      elapsed,
    );
  }

  /**
   * Asks one question. What Google answered is never asked again: it may remember the token. Never rejects.
   *
   * @param path names what is asked about, whose quota may be used up
   */
  ask<T extends { readonly outcome: string }>(
    path: string,
    question: JsonObject,
    how: Reading<T>,
    signal: AbortSignal | undefined,
  ): Promise<T | GoogleFailure> {
    return this.#breaker.run<T>(path, async () => {
      try {
        const answer = await this.#authorized(path, JSON.stringify(question), signal);
        // No access token: the service was not asked.
        return 'outcome' in answer ? { says: 'nothing', answer } : read(answer, how);
      } catch (error) {
        if (!(error instanceof FetchFailure))
          return { says: 'nothing', answer: unavailable('the request failed') };
        // That one caller gave up says nothing about the service.
        return { says: signal?.aborted === true ? 'nothing' : 'down', answer: unavailable(error.message) };
      }
    });
  }

  /**
   * A token that is refused as such was not looked at: with a new access token the question is put again.
   *
   * @throws FetchFailure (as a rejection)
   */
  async #authorized(
    path: string,
    body: string,
    signal: AbortSignal | undefined,
  ): Promise<Answer | GoogleFailure> {
    const first = await this.#access.current();
    if (first.outcome !== 'access') return first;
    const refused = await this.#post(path, body, first.token, signal);
    if (refused.status !== 401) return refused;
    this.#access.drop(first.token);
    const second = await this.#access.current();
    if (second.outcome !== 'access') return second;
    const answer = await this.#post(path, body, second.token, signal);
    if (answer.status === 401)
      this.#access.drop(second.token, `the answer has the ${describeStatus(answer)}`);
    return answer;
  }

  #post(path: string, body: string, token: string, signal: AbortSignal | undefined): Promise<Answer> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const fetch = this.#fetch ?? globalThis.fetch;
    const timeoutMs = this.#timeoutMs;
    const limits = {
      fetch,
      timeoutMs,
      maxBytes: MAX_BYTES,
      maxErrorBytes: MAX_ERROR_BYTES,
      signal,
      watchers: this.#watchers,
    };
    return fetchBody(`${this.#base}${path}`, { method: 'POST', headers, body }, limits);
  }
}

/** What an answer brings, and what it says of the service. */
function read<T>(answer: Answer, how: Reading<T>): Attempt<T> {
  const { status, body } = answer;
  if (status === 200) {
    const document = readUnsignedJson(body, MAX_DEPTH);
    const outcome = document && how.read(document);
    if (outcome !== undefined) return { says: 'up', answer: outcome };
    return { says: 'down', answer: unavailable('the answer cannot be used') };
  }
  const failure = failureOf(answer, how.invalid);
  if (failure.outcome === 'throttled') return { says: 'throttled', answer: failure };
  if (failure.outcome !== 'unavailable') return { says: 'answered', answer: failure };
  // A status of 4xx is about what was asked (RFC 9110 §15.5), which the client has a part in.
  return status >= 400 && status < 500
    ? { says: 'answered', answer: failure }
    : { says: 'down', answer: failure };
}

function unavailable(problem: string): Down {
  return { outcome: 'unavailable', problem, retryAfter: COOLDOWN };
}
