/** A counter that remembers every value by itself: what the stores' bitmaps have to agree with, written as RFC 4303 says it. */
export class CounterModel {
  #highest = 0;
  readonly #used = new Set<number>();

  /** @returns whether the value may be used; it is used then */
  use(value: number, window: number): boolean {
    if (value === 0 || this.#used.has(value)) return false;
    if (value < this.#highest - window) return false;
    if (value > this.#highest) {
      // The first one, and one without a window, leave nothing below them that could come in late.
      if (this.#highest === 0 || window === 0)
        for (let below = Math.max(1, value - 64); below < value; below += 1) this.#used.add(below);
      this.#highest = value;
    }
    this.#used.add(value);
    return true;
  }
}
