import type { Store } from '../../../src/ports/store.js';

/** A store whose operations wait until nothing else moves, and then go out together: one round trip. */
export class RoundTrips {
  readonly store: Store;
  /** The operations of each round trip: `get device`. */
  readonly trips: string[][] = [];
  #waiting: { readonly name: string; readonly go: () => void }[] = [];

  constructor(inner: Store) {
    const held =
      <Arguments extends [key: string, ...rest: unknown[]], Result>(
        operation: string,
        run: (...given: Arguments) => Promise<Result>,
      ) =>
      (...given: Arguments): Promise<Result> =>
        new Promise<void>((resolve) => {
          this.#waiting.push({ name: `${operation} ${given[0].split('/', 1)[0]}`, go: resolve });
        }).then(() => run(...given));
    this.store = {
      claim: held('claim', inner.claim.bind(inner)),
      advance: held('advance', inner.advance.bind(inner)),
      get: held('get', inner.get.bind(inner)),
      put: held('put', inner.put.bind(inner)),
      delete: held('delete', inner.delete.bind(inner)),
    };
  }

  /** Runs something to its end; its round trips one after the other, each sorted. */
  async of(run: () => Promise<unknown>): Promise<readonly string[]> {
    this.trips.length = 0;
    const state = { ended: false };
    const running = run().finally(() => {
      state.ended = true;
    });
    for (let still = 0; !state.ended; still += 1) {
      await new Promise(setImmediate);
      if (this.#waiting.length === 0 && still < 1000) continue;
      // Whatever is issued together is waiting by now.
      await new Promise(setImmediate);
      const batch = this.#waiting;
      this.#waiting = [];
      if (batch.length === 0) throw new Error('nothing moves');
      this.trips.push(batch.map(({ name }) => name).toSorted());
      for (const { go } of batch) go();
      still = 0;
    }
    await running;
    return this.trips.map((trip) => trip.join(', '));
  }
}
