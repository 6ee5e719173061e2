import { FetchFailure } from './fetch-body.js';
import { SharedWork } from './shared-work.js';

/**
 * Fetches of one thing: one at a time, which all who wait share, and none for a while after one that failed. Times are
 * milliseconds of the clock that is given, which may be set back.
 */
export class SingleFlight {
  readonly #cooldown: number;
  readonly #now: () => number;
  readonly #setBack: (at: number) => void;
  #endedAt = -Infinity;
  #failure: Error | undefined;
  readonly #work = new SharedWork<void>();

  /** @param setBack called with the time if the clock was set back: the owner has to expire what it cached */
  constructor(cooldown: number, now: () => number, setBack: (at: number) => void) {
    this.#cooldown = cooldown;
    this.#now = now;
    this.#setBack = setBack;
  }

  get isUnderWay(): boolean {
    return this.#work.isUnderWay;
  }

  /** Why the last one brought nothing, if it did not. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** What time it is. If the clock was set back, the owner is told first, and no cooldown goes on. */
  time(): number {
    const at = this.#now();
    if (at < this.#endedAt) {
      this.#endedAt = -Infinity;
      this.#setBack(at);
    }
    return at;
  }

  /**
   * Joins the one that is under way, or begins one. Never rejects: what `fetch` throws is the failure.
   *
   * @param fetch keeps what it brings
   */
  run(fetch: () => Promise<void>): Promise<void> {
    return this.#work.join(() => this.#fetch(fetch));
  }

  async #fetch(fetch: () => Promise<void>): Promise<void> {
    try {
      await fetch();
      this.#failure = undefined;
    } catch (error) {
      this.#failure = error instanceof FetchFailure ? error : new FetchFailure('the answer cannot be read');
    }
    try {
      this.#endedAt = this.#now();
    } catch {
      // A clock that fails: nothing can be counted from here.
      this.#endedAt = -Infinity;
    }
  }

  /** Whether the last one failed too recently for another. */
  mustPause(): boolean {
    return this.#failure !== undefined && this.cooldownLeft() > 0;
  }

  cooldownLeft(): number {
    return Math.max(0, this.#cooldown - (this.time() - this.#endedAt));
  }

  /** Seconds after which trying again makes sense. */
  retryAfter(): number {
    return Math.max(1, Math.ceil(this.cooldownLeft() / 1000));
  }
}
