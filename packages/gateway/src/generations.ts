import type { Live } from './traffic/live.js';

/** Versions of the configuration: one is current, older ones end with their last request. */
export class Generations {
  #current: Generation;
  /** How many there have been. */
  #count = 1;

  constructor(first: Live) {
    this.#current = new Generation(first);
  }

  get current(): Live {
    return this.#current.live;
  }

  /** Changes with each version: what was answered under another one is not repeated. */
  get number(): number {
    return this.#count;
  }

  /** Runs work with the current version, which stays until it has ended. */
  use(work: (live: Live) => Promise<void>): void {
    const generation = this.#current;
    generation.begin();
    const end = (): void => generation.end();
    void work(generation.live).then(end, end);
  }

  replace(live: Live): void {
    const before = this.#current;
    this.#current = new Generation(live);
    this.#count += 1;
    void before.retire();
  }

  /** After the last request of the current one. */
  async close(): Promise<void> {
    await this.#current.retire();
  }
}

class Generation {
  readonly live: Live;
  #running = 0;
  #isRetired = false;
  readonly #done: Promise<void>;
  #finish: () => void = () => undefined;

  constructor(live: Live) {
    this.live = live;
    this.#done = new Promise((resolve) => (this.#finish = resolve));
  }

  begin(): void {
    this.#running += 1;
  }

  end(): void {
    this.#running -= 1;
    this.#settle();
  }

  async retire(): Promise<void> {
    this.#isRetired = true;
    this.#settle();
    await this.#done;
    await Promise.all([...this.live.upstreams.values()].map(({ pool }) => pool.destroy()));
  }

  #settle(): void {
    if (this.#isRetired && this.#running === 0) this.#finish();
  }
}
