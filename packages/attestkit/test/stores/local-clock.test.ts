import { DatabaseSync } from '@photostructure/sqlite';
import * as fc from 'fast-check';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Store } from '../../src/ports/store.js';
import { LocalClock } from '../../src/stores/local-clock.js';
import { memoryStore } from '../../src/stores/memory.js';
import { sqliteStore } from '../../src/stores/sqlite/index.js';
import { databaseFile } from './support/opened.js';

const HOUR = 3_600_000;
const MINUTE = 60_000;

function clock() {
  const time = { wall: 1_800_000_000_000, elapsed: 5000 };
  return {
    local: new LocalClock(
      () => time.wall,
      () => time.elapsed,
    ),
    leap: (ms: number) => (time.wall += ms),
    pass(ms: number) {
      time.wall += ms;
      time.elapsed += ms;
    },
  };
}

describe('the clock of a store on this machine', () => {
  it('follows the wall clock while nothing leaps', () => {
    const { local, pass } = clock();
    const begun = local.now();
    for (let again = 1; again <= 100; again += 1) {
      pass(997);
      expect(local.now()).toBe(begun + 997 * again);
      expect(local.endAfter(10)).toBe(begun + 997 * again + 10);
    }
    expect(local.endAfter(undefined)).toBe(Infinity);
  });

  it('does not follow a leap ahead, and approaches it a sixteenth faster than time passes', () => {
    const { local, pass, leap } = clock();
    const begun = local.now();
    leap(HOUR);
    expect(local.now()).toBe(begun);
    pass(16 * MINUTE);
    expect(local.now()).toBe(begun + 17 * MINUTE);
    leap(-HOUR);
    expect(local.now()).toBe(begun + 17 * MINUTE);
    pass(16 * MINUTE);
    expect(local.now()).toBe(begun + 32 * MINUTE);
  });

  it('believes a leap ahead that has lasted for an hour', () => {
    const { local, pass, leap } = clock();
    const begun = local.now();
    leap(48 * HOUR);
    for (let minutes = 0; minutes < 60; minutes += 1) {
      expect(local.now()).toBeLessThan(begun + 2 * HOUR);
      pass(MINUTE);
    }
    expect(local.now()).toBe(begun + 49 * HOUR);
    pass(MINUTE);
    expect(local.now()).toBe(begun + 49 * HOUR + MINUTE);
  });

  it('never runs backwards, and counts what is written after a step back from the latest time', () => {
    const { local, pass, leap } = clock();
    const begun = local.now();
    pass(HOUR);
    expect(local.now()).toBe(begun + HOUR);
    leap(-2 * HOUR);
    expect(local.now()).toBe(begun + HOUR);
    expect(local.endAfter(MINUTE)).toBe(begun + HOUR + MINUTE);
    pass(HOUR);
    expect(local.now()).toBe(begun + HOUR);
    pass(HOUR + MINUTE);
    expect(local.now()).toBe(begun + HOUR + MINUTE);
  });

  it('ends nothing early, by either clock, whatever is done to the wall clock', () => {
    const step = fc.record({ leap: fc.integer({ min: -HOUR, max: HOUR }), pass: fc.nat(2 * MINUTE) });
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: HOUR }),
        (steps, ttlMs) => {
          const { local, leap, pass } = clock();
          let passed = 0;
          let walled = 0;
          let last = local.now();
          const end = local.endAfter(ttlMs);
          for (const each of steps) {
            leap(each.leap);
            pass(each.pass);
            passed += each.pass;
            walled += each.leap + each.pass;
            const now = local.now();
            expect(now).toBeGreaterThanOrEqual(last);
            // It has ended only where both clocks have gone as far at some time; a sixteenth is what the contract allows.
            if (now >= end && last < end) {
              expect(walled).toBeGreaterThanOrEqual(ttlMs);
              if (passed < HOUR) expect((passed * 17) / 16).toBeGreaterThanOrEqual(ttlMs - 1);
            }
            last = now;
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});

const STORES: Readonly<Record<string, () => Store>> = {
  memory: () => memoryStore(),
  sqlite() {
    const file = databaseFile();
    const database = new DatabaseSync(file.path);
    onTestFinished(() => {
      database.close();
      file.remove();
    });
    return sqliteStore(database);
  },
};

describe.each(Object.entries(STORES))('a claim in %s', (_, open) => {
  afterEach(() => void vi.restoreAllMocks());

  it('that was made is not free after the clock leaps ahead and back, whatever is written meanwhile', async () => {
    const wall = setClock();
    const store = open();
    expect(await store.claim('challenge', 6 * MINUTE)).toBe(true);
    expect(await store.advance('counter', 5, { ttlMs: HOUR })).toBe(true);
    expect(await store.put('device', 'one', undefined, HOUR)).toBe(true);
    wall.ahead = 24 * HOUR;
    expect(await store.claim('challenge', 6 * MINUTE)).toBe(false);
    for (let index = 0; index < 50; index += 1) {
      await store.claim(`other${index}`, MINUTE);
      await store.advance(`other${index}`, 1, { ttlMs: MINUTE });
      await store.put(`other${index}`, 'one', undefined, MINUTE);
    }
    wall.ahead = 0;
    expect(await store.claim('challenge', 6 * MINUTE)).toBe(false);
    expect(await store.advance('counter', 5)).toBe(false);
    expect((await store.get('device'))?.value).toBe('one');
    // Nor is one that was made while it was ahead.
    expect(await store.claim('other0', MINUTE)).toBe(false);
  });

  it('that ended stays ended when the clock goes back', async () => {
    const wall = setClock();
    const store = open();
    await store.put('device', 'one', undefined, 20);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(await store.get('device')).toBeUndefined();
    wall.ahead = -HOUR;
    expect(await store.get('device')).toBeUndefined();
    expect(await store.put('device', 'two', undefined, 20)).toBe(true);
  });
});

/** The machine's clock, in the hands of the test. */
function setClock(): { ahead: number } {
  const real = Date.now;
  const wall = { ahead: 0 };
  vi.spyOn(Date, 'now').mockImplementation(() => real() + wall.ahead);
  return wall;
}
