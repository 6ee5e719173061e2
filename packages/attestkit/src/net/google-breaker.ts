import type { GoogleFailure } from '../ports/google.js';

/** A failure that says something about the service, and nothing about the token. */
type Down = Extract<GoogleFailure, { readonly retryAfter: number }>;

/** Failures in a row after which nobody asks for a while. One alone may be a connection that broke. */
const THRESHOLD = 5;

/**
 * A circuit breaker. While it is open nothing is asked, and the answer is the last failure; then one asks, and all
 * others wait for what comes of it. Over the quota it opens at once.
 */
export class Breaker {
  readonly #elapsed: () => number;
  #failures = 0;
  #down: Down | undefined;
  /** By the clock that nobody sets. */
  #until = 0;
  #isProbing = false;

  /** @param elapsed milliseconds of a clock that nobody sets */
  constructor(elapsed: () => number = () => performance.now()) {
    this.#elapsed = elapsed;
  }

  /**
   * Runs an attempt, unless it is open.
   *
   * @param attempt must not reject
   * @param signal of a caller that may give up, which says nothing about the service
   */
  async run<T extends { readonly outcome: string }>(
    attempt: () => Promise<T | GoogleFailure>,
    signal?: AbortSignal,
  ): Promise<T | GoogleFailure> {
    const left = this.#until - this.#elapsed();
    if (this.#down !== undefined && (left > 0 || this.#isProbing))
      return { ...this.#down, retryAfter: Math.max(1, Math.ceil(left / 1000)) };
    const isProbe = this.#down !== undefined;
    if (isProbe) this.#isProbing = true;
    const answer = await attempt();
    if (isProbe) this.#isProbing = false;
    if (!isDown(answer)) {
      this.#failures = 0;
      this.#down = undefined;
    } else if (signal?.aborted !== true) {
      this.#failures += 1;
      if (isProbe || answer.outcome === 'throttled' || this.#failures >= THRESHOLD) {
        this.#down = answer;
        this.#until = this.#elapsed() + answer.retryAfter * 1000;
      }
    }
    return answer;
  }
}

function isDown(answer: { readonly outcome: string }): answer is Down {
  return answer.outcome === 'throttled' || answer.outcome === 'unavailable';
}
