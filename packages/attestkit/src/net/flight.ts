import { FetchFailure } from './fetch-body.js';

/**
 * Fetches of one thing: one at a time, which all who wait share, and none for a while after one that failed. Times are
 * milliseconds of the clock that is given, which may be set back.
 */
export class Flight {
  readonly #cooldown: number;
  readonly #now: () => number;
  /** When the last one ended, and why it brought nothing where it did not. */
  endedAt = -Infinity;
  failure: Error | undefined;
  #current: Promise<void> | undefined;

  constructor(cooldown: number, now: () => number) {
    this.#cooldown = cooldown;
    this.#now = now;
  }

  get isUnderWay(): boolean {
    return this.#current !== undefined;
  }

  /**
   * Joins the one that is under way, or begins one. Never rejects: what `fetch` throws is the failure.
   *
   * @param fetch keeps what it brings
   */
  join(fetch: () => Promise<void>): Promise<void> {
    this.#current ??= this.#fly(fetch);
    return this.#current;
  }

  async #fly(fetch: () => Promise<void>): Promise<void> {
    try {
      await fetch();
      this.failure = undefined;
    } catch (error) {
      this.failure = error instanceof FetchFailure ? error : new FetchFailure('the answer cannot be read');
    }
    this.endedAt = this.#now();
    this.#current = undefined;
  }

  /** Whether the last one failed too recently for another. */
  mustPause(): boolean {
    return this.failure !== undefined && this.cooldownLeft() > 0;
  }

  /** None when the clock was set back behind the end of the last one. */
  cooldownLeft(): number {
    const since = this.#now() - this.endedAt;
    return since >= 0 && since < this.#cooldown ? this.#cooldown - since : 0;
  }

  /** Seconds after which trying again makes sense. */
  retryAfter(): number {
    return Math.max(1, Math.ceil(this.cooldownLeft() / 1000));
  }
}
