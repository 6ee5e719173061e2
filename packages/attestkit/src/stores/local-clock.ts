/** How much faster than time passes the clock may catch up with the wall clock: by a sixteenth. */
const CATCH_UP = 17 / 16;

/**
 * The clock of a store on this machine. It judges what has ended so that nothing ends before its time, whatever is done
 * to the wall clock:
 *
 * - it never runs backwards, so what has ended stays ended;
 * - it does not follow a leap ahead, but approaches it, a sixteenth faster than time passes. A claim that ends 60 s after
 *   its challenge outlives it by that in any case;
 * - ends are counted from the latest time that was ever seen, so what is written after a step back lives longer, not shorter.
 */
export class LocalClock {
  readonly #wall: () => number;
  readonly #elapsed: () => number;
  #latest: number;
  #steady: number;
  #judged: number;
  #seen: number;

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
    const [wall, elapsed] = [this.#wall(), this.#elapsed()];
    this.#latest = Math.max(this.#latest, wall);
    const passed = Math.max(0, elapsed - this.#seen);
    this.#steady = Math.min(this.#latest, this.#steady + passed * CATCH_UP);
    this.#seen = Math.max(this.#seen, elapsed);
    this.#judged = Math.max(this.#judged, Math.floor(Math.min(wall, this.#steady)));
    return this.#judged;
  }

  /** When that ends which begins now; undefined lasts for ever. To be called after `now`. */
  endAfter(ttlMs: number | undefined): number {
    return ttlMs === undefined ? Infinity : this.#latest + ttlMs;
  }
}
