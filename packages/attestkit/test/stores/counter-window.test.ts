import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { AttestationError } from '../../src/kernel/errors.js';
import type { Store } from '../../src/ports/store.js';
import { readCounter, useValue, writeCounter, type CounterWindow } from '../../src/stores/counter-window.js';
import { CounterModel } from '../../../testing/src/store-contract/counter-model.js';
import { OPEN, type Opened } from './support/opened.js';
import { present } from './support/servers.js';

type Use = readonly [value: number, window: number];

/** The answers of the bitmap, and those of a receiver that remembers every value. */
function both(uses: readonly Use[]): readonly [boolean[], boolean[]] {
  const model = new CounterModel();
  let counter: CounterWindow | undefined;
  const answers = uses.map(([value, window]) => {
    const next = useValue(counter, value, window);
    counter = next ?? counter;
    return next !== undefined;
  });
  return [answers, uses.map(([value, window]) => model.use(value, window))];
}

function sequences<Item>(items: readonly Item[], length: number): Item[][] {
  if (length === 0) return [[]];
  return sequences(items, length - 1).flatMap((before) => items.map((item) => [...before, item]));
}

const HIGHEST = 0xffff_ffff;

describe('the bitmap agrees with a receiver that remembers everything', () => {
  it.each([0, 1, 2, 3, 4, 64])('in every order of six of the values 0 to 5, window %i', (window) => {
    const all = sequences(
      [0, 1, 2, 3, 4, 5].map((value): Use => [value, window]),
      6,
    );
    expect(all).toHaveLength(6 ** 6);
    for (const uses of all) {
      const [ours, expected] = both(uses);
      if (ours.join() !== expected.join()) expect([uses, ours]).toEqual([uses, expected]);
    }
  });

  it('in every order of four uses with windows of 0, 1, 3 and 64', () => {
    const uses = [1, 2, 3, 5, 9].flatMap((value) => [0, 1, 3, 64].map((window): Use => [value, window]));
    const all = sequences(uses, 4);
    expect(all).toHaveLength(20 ** 4);
    for (const some of all) {
      const [ours, expected] = both(some);
      if (ours.join() !== expected.join()) expect([some, ours]).toEqual([some, expected]);
    }
  });

  it('wherever the window lies, up to 32 bits', () => {
    const near = fc.integer({ min: -70, max: 140 });
    const walk = fc.tuple(
      fc.constantFrom(1, 64, 65, 2 ** 31 - 64, 2 ** 31, HIGHEST - 200, HIGHEST - 64, HIGHEST),
      fc.array(fc.tuple(near, fc.constantFrom(0, 1, 5, 31, 32, 33, 63, 64)), { maxLength: 60 }),
    );
    fc.assert(
      fc.property(walk, ([from, steps]) => {
        const uses = steps.map(([by, window]): Use => [Math.min(HIGHEST, Math.max(0, from + by)), window]);
        const [ours, expected] = both(uses);
        expect(ours).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a counter as text', () => {
  it('comes back as it was', () => {
    const bits = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: HIGHEST }), bits, (highest, used) => {
        const text = writeCounter({ highest, used });
        expect(text).toMatch(/^1[0-9a-f]{24}$/);
        expect(readCounter(text)).toEqual({ highest, used });
      }),
    );
  });

  it.each([
    '',
    '1',
    '5',
    '2000000050000000000000000',
    `21${'0'.repeat(24)}`,
    `1${'g'.repeat(24)}`,
    `1${'0'.repeat(25)}`,
  ])('is not read where it is %j', (text) => {
    expect(readCounter(text)).toBeUndefined();
  });
});

for (const [name, open] of Object.entries(OPEN)) {
  let opened: Opened | undefined;
  const there = await present(`server for the store ${name}`, async () => {
    opened = await open({ timeoutMs: 20_000 });
  });
  describe.skipIf(!there)(`the counters of ${name}`, { timeout: 60_000 }, () => {
    afterAll(() => opened?.close());

    it('agree with it too, in walks of any kind', async () => {
      const { store } = opened as Opened;
      const step = fc.tuple(fc.integer({ min: -70, max: 70 }), fc.constantFrom(0, 1, 31, 32, 33, 63, 64));
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 25 }), async (steps) => {
          const model = new CounterModel();
          const key = `walk/${randomUUID()}`;
          let highest = 1;
          for (const [by, window] of [[0, 64] as const, ...steps]) {
            const value = Math.max(0, highest + by);
            highest = Math.max(highest, value);
            expect([value, window, await store.advance(key, value, { window })]).toEqual([
              value,
              window,
              model.use(value, window),
            ]);
          }
        }),
        { numRuns: 40 },
      );
    });

    it('never accept one value twice, whatever comes at once and with whatever windows', async () => {
      const { store } = opened as Opened;
      for (let round = 0; round < 5; round += 1) {
        const key = `storm/${randomUUID()}`;
        const uses = Array.from({ length: 200 }, (_, at): Use => [
          1 + ((at * 17) % 40),
          [0, 1, 8, 64][at % 4] ?? 0,
        ]);
        const yes = await Promise.all(uses.map(([value, window]) => store.advance(key, value, { window })));
        const accepted = uses.filter((_, at) => yes[at]).map(([value]) => value);
        expect(new Set(accepted).size).toBe(accepted.length);
        expect(accepted).toContain(40);
      }
    });

    // What memory holds does not outlive the code that wrote it.
    if (name !== 'memory')
      it('are rejected, and not taken for none, where they are of an unknown format', async () => {
        const { store, spoil } = opened as Opened;
        const key = `spoilt/${randomUUID()}`;
        await store.advance(key, 5);
        await spoil?.('counter', key);
        for (const window of [0, 64])
          for (const value of [0, 4, 5, 6, HIGHEST])
            for (const ttlMs of [undefined, 3_600_000])
              expect(await outcome(store, key, value, { window, ttlMs })).toBe('ERR_STORE_UNAVAILABLE');
      });
  });
}

async function outcome(store: Store, key: string, value: number, options: object): Promise<string> {
  try {
    return String(await store.advance(key, value, options));
  } catch (error) {
    return error instanceof AttestationError ? error.code : String(error);
  }
}
