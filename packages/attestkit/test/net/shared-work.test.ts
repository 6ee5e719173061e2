import { describe, expect, it } from 'vitest';
import { SharedWork } from '../../src/net/shared-work.js';

/** A promise whose request has ended, as workerd leaves it: what waits for it is told, and nothing of its own runs. */
function dropped(): Promise<never> {
  const promise = Promise.reject<never>(new Error('the request has ended'));
  return Object.assign(promise, { finally: () => promise });
}

/** Work that ends when it is told to, and how often it began. */
function work() {
  const ends: ((result: number) => void)[] = [];
  const begin = (): Promise<number> => new Promise((resolve) => void ends.push(resolve));
  return { ends, begin, shared: new SharedWork<number>() };
}

describe('shared work', () => {
  it('is done once for all who wait, and again for who comes later', async () => {
    const { ends, begin, shared } = work();
    const waiting = [shared.join(begin), shared.join(begin), shared.join(begin)];
    expect([ends.length, shared.isUnderWay]).toEqual([1, true]);
    ends[0]?.(7);
    expect(await Promise.all(waiting)).toEqual([7, 7, 7]);
    expect(shared.isUnderWay).toBe(false);
    const later = shared.join(begin);
    ends[1]?.(8);
    expect(await later).toBe(8);
    expect(ends.length).toBe(2);
  });

  it('that the runtime dropped is begun again, once, by those who join it', async () => {
    const { ends, begin, shared } = work();
    const first = shared.join(dropped).catch(() => 'dropped');
    const waiting = [shared.join(begin), shared.join(begin), shared.join(begin)];
    expect(await first).toBe('dropped');
    await new Promise(setImmediate);
    expect([ends.length, shared.isUnderWay]).toEqual([1, true]);
    ends[0]?.(7);
    expect(await Promise.all(waiting)).toEqual([7, 7, 7]);
    expect(shared.isUnderWay).toBe(false);
  });

  it('is begun again however often it was dropped', async () => {
    const { begin, shared, ends } = work();
    for (let count = 0; count < 3; count += 1) void shared.join(dropped).catch(() => undefined);
    const last = shared.join(begin);
    await new Promise(setImmediate);
    ends[0]?.(9);
    expect(await last).toBe(9);
  });
});
