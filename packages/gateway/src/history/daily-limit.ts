import { DAY_MS, OTHER } from './names.js';

/** Days that are remembered: events near midnight come in any order. */
const DAYS = 3;

/** Lets a number of different values of a day pass, and calls the rest `other`. */
export class DailyLimit {
  readonly #most: number;
  readonly #load: (day: number) => Iterable<string>;
  readonly #days = new Map<number, Set<string>>();
  #day = Number.NaN;
  #values = new Set<string>();

  /** @param load the values that a day had before this process */
  constructor(most: number, load: (day: number) => Iterable<string> = () => []) {
    this.#most = most;
    this.#load = load;
  }

  of(at: number, value: string): string {
    const day = Math.floor(at / DAY_MS);
    if (day !== this.#day) this.#turn(day);
    if (this.#values.has(value)) return value;
    if (this.#values.size >= this.#most) return OTHER;
    this.#values.add(value);
    return value;
  }

  #turn(day: number): void {
    let values = this.#days.get(day);
    if (values === undefined) this.#days.set(day, (values = new Set(this.#load(day))));
    // Not by age: a clock that was ahead must not push out the day that it is.
    for (const old of this.#days.keys()) if (this.#days.size > DAYS && old !== day) this.#days.delete(old);
    [this.#day, this.#values] = [day, values];
  }
}
