import { ConfigurationError } from '../kernel/errors.js';
import { readJsonObject, type JsonObject } from '../kernel/json.js';
import type { OptionTypes } from '../kernel/options.js';
import { within } from '../kernel/within.js';
import type { GoogleFailure } from '../ports/google.js';
import { endpoint } from './endpoint.js';
import { fetchBody, FetchFailure, type Answer } from './fetch-body.js';
import { AccessTokens } from './google-access.js';
import { readServiceAccount, type ServiceAccountKey } from './google-account.js';
import { Breaker } from './google-breaker.js';

/** Who asks Google, and how long it is waited for. */
export interface GoogleOptions {
  /** The key of a service account: the text of its JSON file, or the same parsed. */
  readonly serviceAccount: string | ServiceAccountKey;
  /** Milliseconds for one answer; an access token, once an hour, is waited for as long again: 1 to 60000. Default 4000. */
  readonly timeoutMs?: number | undefined;
  /** In place of Google's, for a proxy or a test: https; http only for a loopback host in development. */
  readonly endpoint?: string | undefined;
  /** Used in place of the global `fetch`: for a proxy, a private CA or a test. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** The clock, in milliseconds. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

export const GOOGLE_OPTIONS = {
  serviceAccount: 'any',
  timeoutMs: 'any',
  endpoint: 'any',
  fetch: 'function',
  now: 'function',
} as const satisfies OptionTypes;

/** Bytes of an answer: a verdict takes 2 KiB. */
const MAX_BYTES = 65_536;

/** Seconds without another question once the breaker is open, where the answer says none. */
const COOLDOWN = 30;

/** The longest `Retry-After` that is believed, in seconds. */
const LONGEST_WAIT = 3600;

/** One of Google's services, which is asked with an access token, once per question. */
export class GoogleService {
  readonly #access: AccessTokens;
  readonly #base: string;
  readonly #fetch: typeof globalThis.fetch | undefined;
  readonly #timeoutMs: number;
  readonly #breaker: Breaker;

  /**
   * @param service where the service is, and the scope that it asks for
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
    const account = readServiceAccount(options.serviceAccount);
    this.#access = new AccessTokens({
      account,
      scope: service.scope,
      fetch,
      timeoutMs: this.#timeoutMs,
      now,
    });
    this.#breaker = new Breaker(elapsed);
  }

  /**
   * Asks one question. What Google answered is never asked again: it may remember the token. Never rejects.
   *
   * @param invalid statuses with which the service refuses a token
   * @param read makes an answer of 200 into an outcome; undefined where it cannot be used
   */
  ask<T extends { readonly outcome: string }>(
    path: string,
    question: JsonObject,
    { invalid, read }: { invalid: readonly number[]; read: (answer: JsonObject) => T | undefined },
    signal: AbortSignal | undefined,
  ): Promise<T | GoogleFailure> {
    return this.#breaker.run(async () => {
      const answer = await this.#authorised(path, JSON.stringify(question), signal);
      if ('outcome' in answer) return answer;
      if (answer.status !== 200) return failureOf(answer, invalid);
      const document = readJsonObject(answer.body);
      return (document && read(document)) ?? unavailable('the answer cannot be used', undefined);
    }, signal);
  }

  /** A token that is refused as such was not looked at: with a new access token the question is put again. */
  async #authorised(
    path: string,
    body: string,
    signal: AbortSignal | undefined,
  ): Promise<Answer | GoogleFailure> {
    let answer: Answer | GoogleFailure;
    let attempts = 0;
    do {
      attempts += 1;
      const access = await this.#access.current();
      if (access.outcome !== 'access') return access;
      answer = await this.#post(path, body, access.token, signal);
      if (!('status' in answer) || answer.status !== 401) return answer;
      this.#access.drop(access.token);
    } while (attempts < 2);
    return answer;
  }

  async #post(
    path: string,
    body: string,
    accessToken: string,
    signal: AbortSignal | undefined,
  ): Promise<Answer | GoogleFailure> {
    const headers = { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' };
    const limits = {
      fetch: this.#fetch ?? globalThis.fetch,
      timeoutMs: this.#timeoutMs,
      maxBytes: MAX_BYTES,
    };
    try {
      return await fetchBody(
        `${this.#base}${path}`,
        { method: 'POST', headers, body },
        { ...limits, signal },
      );
    } catch (error) {
      return unavailable(error instanceof FetchFailure ? error.message : 'the request failed', undefined);
    }
  }
}

/** What a status other than 200 means (google.rpc.Code, its mapping to HTTP). */
function failureOf({ status, headers }: Answer, invalid: readonly number[]): GoogleFailure {
  if (invalid.includes(status)) return { outcome: 'invalid' };
  const problem = `the answer has the HTTP status ${status}`;
  if (status === 429) return { outcome: 'throttled', problem, retryAfter: retryAfter(headers) ?? COOLDOWN };
  if (status >= 500) return unavailable(problem, retryAfter(headers));
  return { outcome: 'misconfigured', problem };
}

function unavailable(problem: string, wait: number | undefined): GoogleFailure {
  return { outcome: 'unavailable', problem, retryAfter: wait ?? COOLDOWN };
}

/** Seconds, at least one; undefined where the field is absent or not a number (RFC 9110 §10.2.3). */
function retryAfter(headers: Headers): number | undefined {
  const text = headers.get('retry-after') ?? '';
  return /^\d{1,9}$/.test(text) ? Math.min(Math.max(1, Number(text)), LONGEST_WAIT) : undefined;
}
