import assert from 'node:assert/strict';
import type { Store } from 'attestkit';
import { CounterModel } from './counter-model.js';
import { countYes, rule, type StoreRule } from './rule.js';

/** Uses values one after the other. @returns those that were accepted */
async function use(store: Store, key: string, window: number, ...values: number[]): Promise<number[]> {
  const used: number[] = [];
  for (const value of values) if (await store.advance(key, value, { window })) used.push(value);
  return used;
}

/** One use of a value. */
type Use = readonly [value: number, window: number];

/** Every sequence of as many items. */
function sequences<Item>(items: readonly Item[], length: number): Item[][] {
  if (length === 0) return [[]];
  return sequences(items, length - 1).flatMap((before) => items.map((item) => [...before, item]));
}

/** Compares each answer with that of a receiver that remembers every value. */
async function compare(store: Store, key: string, uses: readonly Use[]): Promise<void> {
  const model = new CounterModel();
  for (const [at, [value, window]] of uses.entries()) {
    const expected = model.use(value, window);
    const shown = JSON.stringify(uses.slice(0, at + 1));
    assert.equal(await store.advance(key, value, { window }), expected, shown);
  }
}

/** As many sequences at once as a store of any kind takes. */
const AT_ONCE = 50;

async function compareAll(
  store: Store,
  key: (name: string) => string,
  all: readonly (readonly Use[])[],
): Promise<void> {
  for (let from = 0; from < all.length; from += AT_ONCE) {
    const some = all.slice(from, from + AT_ONCE);
    await Promise.all(some.map((uses, at) => compare(store, key(`${from + at}`), uses)));
  }
}

const HIGHEST = 0xffff_ffff;

/** Rules of `advance` with a window (RFC 4303 §3.4.3). */
export const windowRules: readonly StoreRule[] = [
  rule('a value may be late by as many as the window, once', async (store, key) => {
    assert.deepEqual(await use(store, key(), 4, 10, 20), [10, 20]);
    assert.deepEqual(await use(store, key(), 4, 16, 17, 18, 19, 20), [16, 17, 18, 19]);
    assert.deepEqual(await use(store, key(), 4, 16, 17, 18, 19, 20), []);
    assert.deepEqual(await use(store, key(), 4, 15, 14, 0), []);
  }),
  rule('the widest window is 64, and not 65', async (store, key) => {
    assert.deepEqual(await use(store, key(), 64, 1, 101, 37, 36, 100, 37), [1, 101, 37, 100]);
    assert.deepEqual(await use(store, key('63'), 63, 1, 101, 37, 38), [1, 101, 38]);
  }),
  rule('what lies before the first value counts as used', async (store, key) => {
    assert.deepEqual(await use(store, key(), 64, 10, 9, 1, 0, 11, 10, 9), [10, 11]);
    assert.deepEqual(await use(store, key('far'), 64, 100, 164, 100, 99, 101, 163), [100, 164, 101, 163]);
  }),
  rule('a leap forgets no used value, by whatever it leaps', async (store, key) => {
    for (const leap of [1, 2, 31, 32, 33, 62, 63, 64, 65, 66, 127, 128, 1000, 2 ** 31, HIGHEST - 70]) {
      const own = key(String(leap));
      assert.deepEqual(await use(store, own, 64, 1, 70, 69, 67), [1, 70, 69, 67], `${leap}`);
      const top = 70 + leap;
      assert.equal(await store.advance(own, top, { window: 64 }), true, `${leap}`);
      assert.deepEqual(await use(store, own, 64, 70, 69, 67, top), [], `${leap}`);
      const unused = [68, 66, top - 1, top - 64].filter((value, at, all) => all.indexOf(value) === at);
      const expected = unused.filter((value) => ![70, 69, 67].includes(value) && value >= top - 64);
      assert.deepEqual(await use(store, own, 64, ...unused), expected, `${leap}`);
    }
  }),
  rule('a window of the highest values is as one of the lowest', async (store, key) => {
    assert.deepEqual(
      await use(store, key(), 64, HIGHEST - 64, HIGHEST, HIGHEST - 1, HIGHEST - 63, HIGHEST - 64, HIGHEST),
      [HIGHEST - 64, HIGHEST, HIGHEST - 1, HIGHEST - 63],
    );
  }),
  rule('what was skipped while no window was allowed stays used', async (store, key) => {
    assert.deepEqual(await use(store, key(), 0, 5, 6), [5, 6]);
    assert.deepEqual(await use(store, key(), 8, 6, 5, 4), []);
    assert.deepEqual(await use(store, key(), 8, 9, 8, 6, 5), [9, 8]);
    assert.deepEqual(await use(store, key(), 8, 12, 11), [12, 11]);
    assert.deepEqual(await use(store, key(), 0, 10, 14, 13, 12), [14]);
    assert.deepEqual(await use(store, key(), 8, 13, 12, 11, 14, 15), [15]);
  }),
  rule('a window that was made smaller accepts less, and remembers all when it grows', async (store, key) => {
    assert.deepEqual(await use(store, key(), 20, 1, 30), [1, 30]);
    assert.deepEqual(await use(store, key(), 2, 27, 28), [28]);
    assert.deepEqual(await use(store, key(), 20, 28, 27, 10, 9), [27, 10]);
  }),
  rule('of simultaneous uses of one late value exactly one is accepted', async (store, key) => {
    for (const window of [1, 2, 5, 63, 64]) {
      const own = key(String(window));
      await use(store, own, window, 1, 1 + window, 2 + window);
      // Two is late by as many as the window.
      assert.equal(await countYes(() => store.advance(own, 2, { window })), window === 1 ? 0 : 1);
    }
  }),
  rule('what is sent at once is accepted in whatever order it comes, each once', async (store, key) => {
    await store.advance(key(), 1, { window: 64 });
    const values = Array.from({ length: 64 }, (_, at) => 2 + ((at * 37) % 64));
    const twice = [...values, ...values.toReversed()];
    const yes = await Promise.all(twice.map((value) => store.advance(key(), value, { window: 64 })));
    const accepted = twice.filter((_, at) => yes[at]);
    assert.deepEqual(
      accepted.toSorted((one, other) => one - other),
      values.toSorted((one, other) => one - other),
    );
  }),
  rule(
    'every order of four values with a window of 2 is judged as by a receiver that remembers all',
    (store, key) =>
      compareAll(
        store,
        key,
        sequences(
          [1, 2, 3, 5].map((value): Use => [value, 2]),
          4,
        ),
      ),
  ),
  rule('so is every order of three uses with windows that differ', (store, key) =>
    compareAll(
      store,
      key,
      sequences(
        [1, 2, 4].flatMap((value) => [0, 64].map((window): Use => [value, window])),
        3,
      ),
    ),
  ),
  rule('so is a walk around the ends of the bitmap', (store, key) =>
    compareAll(
      store,
      key,
      [1, 31, 32, 33, 63, 64].flatMap((window) =>
        [31, 32, 33, 63, 64, 65, 66].map((leap): Use[] => {
          const values = [200, 200 + leap, 201, 200, 199 + leap, 200 + leap - window, 199 + leap - window];
          const later = [200 + 2 * leap, 201 + leap, 200 + leap, 199 + leap, 200 + 2 * leap - window];
          return [...values, ...later, ...values].map((value): Use => [value, window]);
        }),
      ),
    ),
  ),
];
