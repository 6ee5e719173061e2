/** How much faster than time passes the clock may catch up with the wall clock: by a sixteenth. */
const CATCH_UP = 17 / 16;

/** A wall clock that is ahead by more than this has leapt. In milliseconds. */
const LEAP_MS = 1000;

/** A leap that lasts as long is taken for right. In milliseconds. */
const BELIEVED_AFTER_MS = 3_600_000;

/**
 * The clock of a store on this machine. It judges what has ended so that nothing ends before its time because somebody
 * sets the wall clock:
 *
 * - it never runs backwards, so what has ended stays ended;
 * - it does not follow a leap ahead for an hour, but approaches it, a sixteenth faster than time passes. A claim that ends
 *   60 s after its challenge of five minutes outlives it by that in any case. A leap that lasts longer corrects an earlier mistake: a machine that started with a wrong clock, or slept;
 * - ends are counted from the latest time that was ever seen, so what is written after a step back lives longer, not shorter.
 */
export class LocalClock {
  readonly #wall: () => number;
  readonly #elapsed: () => number;
  /** The latest time that the wall clock ever showed. */
  #latest: number;
  /** What the wall clock would show without its leaps ahead. */
  #steady: number;
  #judged: number;
  #seen: number;
  /** Since when the wall clock is ahead. */
  #leaptAt: number | undefined;

  /**
   * @param wall milliseconds since the epoch
   * @param elapsed milliseconds that have passed since any moment; never set, as `performance.now`
   */
  constructor(wall: () => number, elapsed: () => number) {
    this.#wall = wall;
    this.#elapsed = elapsed;
    this.#seen = elapsed();
    this.#latest = wall();
    this.#steady = this.#latest;
    this.#judged = this.#latest;
  }

  /** What ends at or before this time has ended. */
  now(): number {
    const wall = this.#wall();
    const elapsed = Math.max(this.#seen, this.#elapsed());
    this.#latest = Math.max(this.#latest, wall);
    this.#steady = Math.min(this.#latest, this.#steady + (elapsed - this.#seen) * CATCH_UP);
    this.#seen = elapsed;
    this.#believe(wall, elapsed);
    this.#judged = Math.max(this.#judged, Math.floor(Math.min(wall, this.#steady)));
    return this.#judged;
  }

  /** When that ends which begins now; undefined lasts for ever. To be called after `now`. */
  endAfter(ttlMs: number | undefined): number {
    return ttlMs === undefined ? Infinity : this.#latest + ttlMs;
  }

  #believe(wall: number, elapsed: number): void {
    if (wall - this.#steady <= LEAP_MS) {
      this.#leaptAt = undefined;
      return;
    }
    this.#leaptAt ??= elapsed;
    if (elapsed - this.#leaptAt >= BELIEVED_AFTER_MS) this.#steady = wall;
  }
}
