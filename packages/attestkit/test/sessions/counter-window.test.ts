import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Store } from '../../src/ports/store.js';
import { spendCounter } from '../../src/sessions/counter-window.js';
import { storeKeys } from '../../src/sessions/store-keys.js';
import { memoryStore } from '../../src/stores/memory.js';
import { Outage, rejected } from './failing.js';

const KEY = { kind: 'app-attest', id: 'k' };

/** Spends counters one after the other; those that were let in. */
async function spend(store: Store, window: number, ...counters: number[]): Promise<number[]> {
  const spent: number[] = [];
  for (const counter of counters) if (await spendCounter(store, KEY, counter, window)) spent.push(counter);
  return spent;
}

describe('without a window', () => {
  it('a counter has to rise strictly, from 1 up to 32 bits', async () => {
    const store = memoryStore();
    expect(await spend(store, 0, 0, 1, 1, 3, 2, 3, 4)).toEqual([1, 3, 4]);
    expect(await spend(store, 0, 0xffff_ffff, 5, 0xffff_ffff)).toEqual([0xffff_ffff]);
  });

  it('each key has its own, of its own kind', async () => {
    const store = memoryStore();
    expect(await spendCounter(store, KEY, 5, 0)).toBe(true);
    expect(await spendCounter(store, { ...KEY, id: 'other' }, 5, 0)).toBe(true);
    expect(await spendCounter(store, { ...KEY, kind: 'other' }, 5, 0)).toBe(true);
    expect(await spendCounter(store, KEY, 5, 0)).toBe(false);
  });

  it('of many uses at once one alone counts', async () => {
    const store = memoryStore();
    const uses = Array.from({ length: 1000 }, () => spendCounter(store, KEY, 7, 0));
    expect((await Promise.all(uses)).filter(Boolean)).toHaveLength(1);
  });
});

describe('with a window (RFC 4303 §3.4.3)', () => {
  it('a counter may be late by as many as the window, once', async () => {
    const store = memoryStore();
    expect(await spend(store, 4, 10, 20)).toEqual([10, 20]);
    expect(await spend(store, 4, 16, 17, 18, 19, 20)).toEqual([16, 17, 18, 19]);
    expect(await spend(store, 4, 16, 17, 18, 19, 20)).toEqual([]);
    expect(await spend(store, 4, 15, 14, 0)).toEqual([]);
  });

  it('what is below the first counter counts as used', async () => {
    expect(await spend(memoryStore(), 63, 10, 9, 1, 11, 10)).toEqual([10, 11]);
  });

  it('a leap forgets nothing that is used, and slides past what is too late', async () => {
    const store = memoryStore();
    expect(await spend(store, 63, 1, 2, 4)).toEqual([1, 2, 4]);
    expect(await spend(store, 63, 67, 4, 3, 5)).toEqual([67, 5]);
    expect(await spend(store, 63, 1_000_000, 67, 5, 6, 999_937, 999_936)).toEqual([1_000_000, 999_937]);
    expect(await spend(store, 63, 0xffff_ffff, 1_000_000, 0xffff_fffe)).toEqual([0xffff_ffff, 0xffff_fffe]);
  });

  it.each([1, 2, 5, 63])('of 1,000 uses of one counter at once one counts: window %i', async (window) => {
    const store = memoryStore();
    await spend(store, window, 1, 2);
    const uses = Array.from({ length: 1000 }, () => spendCounter(store, KEY, 3, window));
    expect((await Promise.all(uses)).filter(Boolean)).toHaveLength(1);
  });

  it('requests that are sent at the same time are all let in, in whatever order', async () => {
    for (let round = 0; round < 50; round += 1) {
      const store = memoryStore();
      await spend(store, 8, 1);
      const order = [2, 3, 4, 5, 6, 7].toSorted(() => Math.random() - 0.5);
      const all = await Promise.all(order.map((counter) => spendCounter(store, KEY, counter, 8)));
      expect([order, all]).toEqual([order, all.map(() => true)]);
    }
  });

  it('changes nothing about which counters were used when it is allowed, or not any more', async () => {
    const store = memoryStore();
    expect(await spend(store, 0, 5, 6)).toEqual([5, 6]);
    expect(await spend(store, 8, 6, 5, 4)).toEqual([]);
    expect(await spend(store, 8, 9, 8, 6, 5)).toEqual([9]);
    expect(await spend(store, 8, 12, 11)).toEqual([12, 11]);
    expect(await spend(store, 0, 10, 14, 13, 12)).toEqual([14]);
    // What was skipped while none was allowed could have been refused then, and stays so.
    expect(await spend(store, 8, 13, 12, 11, 14, 15)).toEqual([15]);
  });

  it('that was made smaller lets in less, and remembers all when it grows again', async () => {
    const store = memoryStore();
    expect(await spend(store, 20, 1, 30)).toEqual([1, 30]);
    expect(await spend(store, 2, 27, 28)).toEqual([28]);
    expect(await spend(store, 20, 28, 27, 10)).toEqual([27, 10]);
  });
});

describe('what is cut off', () => {
  it.each([0, 4])('between two writes is let in never twice: window %i', async (window) => {
    for (const steps of [0, 1]) {
      const outage = new Outage(memoryStore());
      await spend(outage.store, window, 1, 2);
      outage.left = steps;
      const first = await spendCounter(outage.store, KEY, 3, window).catch(() => false);
      outage.left = Number.POSITIVE_INFINITY;
      const again = await spend(outage.store, window, 3, 3);
      expect([first, ...again].filter((each) => each !== false).length).toBeLessThanOrEqual(1);
      expect(await spend(outage.store, window, 4, 4)).toEqual([4]);
    }
  });

  it('is an outage where the record cannot be read', async () => {
    const store = memoryStore();
    await store.put(storeKeys.window(KEY.kind, KEY.id), 'nonsense', undefined);
    expect(await rejected(spendCounter(store, KEY, 1, 4))).toBe('ERR_STATE_UNREADABLE');
  });
});

/** Which counters a receiver lets in that remembers each one it has seen. */
class Model {
  highest = 0;
  readonly used = new Set<number>();

  spend(counter: number, window: number): boolean {
    const first = this.highest === 0;
    const late = counter >= this.highest - window;
    if (counter === 0 || this.used.has(counter) || !(counter > this.highest || late)) return false;
    const from = first || window === 0 ? Math.max(0, counter - 100) : counter;
    if (counter > this.highest) this.highest = counter;
    for (let each = from; each <= counter; each += 1) this.used.add(each);
    return true;
  }
}

describe('any history', () => {
  const counters = fc.array(fc.integer({ min: 0, max: 90 }), { maxLength: 60 });

  it('is judged as by a receiver that remembers everything', async () => {
    await fc.assert(
      fc.asyncProperty(counters, fc.integer({ min: 0, max: 63 }), async (sent, window) => {
        const store = memoryStore();
        const model = new Model();
        for (const counter of sent)
          expect([counter, await spendCounter(store, KEY, counter, window)]).toEqual([
            counter,
            model.spend(counter, window),
          ]);
      }),
      { numRuns: 300 },
    );
  });

  it('at the same time, with windows that change: no counter is let in twice', async () => {
    const step = fc.record({
      batch: fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 5 }),
      window: fc.constantFrom(0, 1, 8, 63),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.scheduler(), async (steps, scheduler) => {
        const store = memoryStore();
        const asked = { ...store, get: (key: string) => scheduler.schedule(store.get(key)) };
        const spent: number[] = [];
        for (const { batch, window } of steps) {
          const done = Promise.all(
            batch.map(async (counter) => {
              if (await spendCounter(asked, KEY, counter, window).catch(() => false)) spent.push(counter);
            }),
          );
          await scheduler.waitFor(done);
        }
        expect(spent.length).toBe(new Set(spent).size);
      }),
      { numRuns: 400 },
    );
  });

  it('of instances that disagree about the window, once a record is there: no counter is let in twice', async () => {
    const uses = fc.array(fc.tuple(fc.integer({ min: 2, max: 12 }), fc.constantFrom(0, 5)), {
      maxLength: 14,
    });
    await fc.assert(
      fc.asyncProperty(uses, fc.scheduler(), async (all, scheduler) => {
        const store = memoryStore();
        await spendCounter(store, KEY, 1, 5);
        const later = <T>(promise: Promise<T>): Promise<T> => scheduler.schedule(promise);
        const asked = {
          ...store,
          get: (key: string) => later(store.get(key)),
          advance: (key: string, value: number) => later(store.advance(key, value)),
        };
        const spent: number[] = [];
        const done = Promise.all(
          all.map(async ([counter, window]) => {
            if (await spendCounter(asked, KEY, counter, window).catch(() => false)) spent.push(counter);
          }),
        );
        await scheduler.waitFor(done);
        expect(spent.length).toBe(new Set(spent).size);
      }),
      { numRuns: 400 },
    );
  });
});
