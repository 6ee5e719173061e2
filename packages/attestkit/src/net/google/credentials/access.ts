import type { GoogleFailure } from '../../../ports/google.js';
import { fetchBody, FetchFailure, type FetchLimits } from '../../fetch-body.js';
import type { Watchers } from '../../watchers.js';
import { MAX_ERROR_BYTES } from '../answer.js';
import { Ungranted, type Grant, type TokenSource } from './grant.js';
import { SharedWork } from '../../shared-work.js';

/** The longest that an access token is kept, milliseconds: as long as Google's live. */
const LONGEST = 3_600_000;

/** Milliseconds before its end from which an access token is not used any more: for clocks, and calls under way. */
const MARGIN = 60_000;

/** Milliseconds without another attempt after one that failed: the account does not get better by asking. */
const COOLDOWN = 10_000;

/** Bytes of an answer with a token. */
const MAX_BYTES = 65_536;

/** An access token, or why there is none. */
export type Access = { readonly outcome: 'access'; readonly token: string } | Outage;

/** A failure that the client did not cause. */
export type Outage = Exclude<GoogleFailure, { readonly outcome: 'invalid' }>;

export interface AccessSettings extends Pick<FetchLimits, 'timeoutMs'> {
  readonly source: TokenSource;
  /** `https://www.googleapis.com/auth/playintegrity` */
  readonly scope: string;
  readonly fetch: typeof globalThis.fetch | undefined;
  readonly watchers: Watchers;
  /** The clock, in milliseconds. */
  readonly now: () => number;
}

/** Access tokens for one scope, each kept while it lasts. */
export class AccessTokens {
  readonly #settings: AccessSettings;
  #access: Access | undefined;
  #until = 0;
  readonly #flight = new SharedWork<Access>();

  constructor(settings: AccessSettings) {
    this.#settings = settings;
  }

  /** One flight at a time, which all share. Never rejects. */
  current(): Access | Promise<Access> {
    const kept = this.#kept();
    if (kept !== undefined) return kept;
    return this.#flight.join(() => this.#fetchAccess());
  }

  /**
   * Forgets a token that was refused.
   *
   * @param problem of one that was new: another would be refused too, and none is asked for in a while
   */
  drop(token: string, problem?: string): void {
    if (this.#access?.outcome !== 'access' || this.#access.token !== token) return;
    this.#access = undefined;
    if (problem !== undefined) this.#keep({ outcome: 'misconfigured', problem }, COOLDOWN);
  }

  /** What is kept and not over; nothing where the clock fails, or was set back so that more is left than can be. */
  #kept(): Access | undefined {
    try {
      const left = this.#until - this.#settings.now();
      return left > 0 && left <= LONGEST ? this.#access : undefined;
    } catch {
      return undefined;
    }
  }

  #keep(access: Access, lifetime: number): void {
    try {
      this.#until = this.#settings.now() + lifetime;
      this.#access = access;
    } catch {
      // The clock failed: the end of the token cannot be known.
      this.#access = undefined;
    }
  }

  async #fetchAccess(): Promise<Access> {
    let access: Access;
    try {
      const { token, lifetime } = await this.#ask();
      access = { outcome: 'access', token };
      const most = Math.min(lifetime, LONGEST);
      // A short one is used for half its time.
      this.#keep(access, Math.max(most - MARGIN, most / 2));
    } catch (error) {
      access = failureOf(error);
      this.#keep(access, COOLDOWN);
    }
    return access;
  }

  /** However many questions it takes, all of them within one deadline. */
  #ask(): Promise<Grant> {
    const { source, scope, now, timeoutMs, watchers, fetch = globalThis.fetch } = this.#settings;
    const end = performance.now() + timeoutMs;
    const left = (): number => Math.max(1, Math.ceil(end - performance.now()));
    const limits = { fetch, maxBytes: MAX_BYTES, maxErrorBytes: MAX_ERROR_BYTES, watchers };
    return source({
      scope,
      now,
      left,
      ask: (url, question) => fetchBody(url, question, { ...limits, timeoutMs: left() }),
    });
  }
}

function failureOf(error: unknown): Access {
  if (error instanceof Ungranted && error.outcome === 'misconfigured')
    return { outcome: 'misconfigured', problem: error.message };
  const isTold = error instanceof Ungranted || error instanceof FetchFailure;
  const problem = `no access token: ${isTold ? error.message : 'the request failed'}`;
  return { outcome: 'unavailable', problem, retryAfter: COOLDOWN / 1000 };
}
