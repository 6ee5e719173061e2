import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/kernel/errors.js';
import type { Store } from '../../src/ports/store.js';
import { ExpiryHeap, type Expiring } from '../../src/stores/expiry-heap.js';
import { memoryStore } from '../../src/stores/memory.js';

function memory(capacity: number) {
  const clock = { now: 1_000_000 };
  return { clock, store: memoryStore({ capacity, now: () => clock.now }) };
}

const FULL = expect.objectContaining({ code: 'ERR_STORE_FULL', stage: 'unavailable' }) as Error;

describe('a full memory store', () => {
  it('rejects a new key of any family, and keeps all it has', async () => {
    const { store } = memory(3);
    await store.claim('a', 1000);
    await store.advance('a', 1);
    await store.put('a', 'one', undefined);
    await expect(store.claim('b', 1000)).rejects.toThrow(FULL);
    await expect(store.advance('b', 1)).rejects.toThrow(FULL);
    await expect(store.put('b', 'one', undefined)).rejects.toThrow(FULL);
    expect(await store.claim('a', 1000)).toBe(false);
    expect(await store.advance('a', 1)).toBe(false);
    expect((await store.get('a'))?.value).toBe('one');
  });

  it('still changes and deletes what it has', async () => {
    const { store } = memory(2);
    await store.advance('a', 1);
    await store.put('a', 'one', undefined);
    expect(await store.advance('a', 2)).toBe(true);
    expect(await store.put('a', 'two', (await store.get('a'))?.version)).toBe(true);
    expect(await store.delete('a', (await store.get('a'))?.version ?? '')).toBe(true);
    expect(await store.put('b', 'one', undefined)).toBe(true);
  });

  it('has room again as soon as anything has ended, whatever was written first', async () => {
    const { store, clock } = memory(3);
    await store.put('stays', 'one', undefined);
    await store.claim('long', 10_000);
    await store.claim('short', 10);
    clock.now += 9;
    await expect(store.claim('new', 10)).rejects.toThrow(FULL);
    clock.now += 1;
    expect(await store.claim('new', 10_000)).toBe(true);
    await expect(store.claim('newer', 10)).rejects.toThrow(FULL);
    expect(await store.claim('long', 10)).toBe(false);
  });

  it.each<[string, (store: Store) => Promise<unknown>]>([
    ['a claim', (store) => store.claim('new', 10)],
    ['a counter', (store) => store.advance('new', 1)],
    ['a record', (store) => store.put('new', 'one', undefined)],
  ])('has room again for %s once anything has ended', async (_, write) => {
    const { store, clock } = memory(1);
    await store.claim('a', 10);
    await expect(write(store)).rejects.toThrow(FULL);
    clock.now += 10;
    expect(await write(store)).toBe(true);
  });

  it('has room again where another key, the next to end before, was prolonged', async () => {
    const { store, clock } = memory(2);
    await store.advance('a', 1, { ttlMs: 10 });
    await store.claim('b', 20);
    await store.advance('a', 2, { ttlMs: 10_000 });
    clock.now += 20;
    expect(await store.claim('c', 10)).toBe(true);
    expect(await store.advance('a', 2)).toBe(false);
  });

  it('is not filled by what is written over', async () => {
    const { store, clock } = memory(2);
    for (let value = 1; value < 1000; value += 1) {
      expect(await store.advance('a', value, { ttlMs: 100_000 })).toBe(true);
      clock.now += 1;
    }
    expect(await store.claim('b', 1)).toBe(true);
  });

  it('takes as much per time to live as it holds, for ever', async () => {
    const { store, clock } = memory(100);
    for (let index = 0; index < 5000; index += 1) {
      expect(await store.claim(`k${index}`, 100)).toBe(true);
      clock.now += 1;
    }
  });
});

it('a record is there until its time has passed, and not a millisecond longer', async () => {
  const { store, clock } = memory(10);
  await store.put('a', 'one', undefined, 10);
  const version = (await store.get('a'))?.version ?? '';
  clock.now += 9;
  expect((await store.get('a'))?.value).toBe('one');
  clock.now += 1;
  expect(await store.get('a')).toBeUndefined();
  expect(await store.delete('a', version)).toBe(false);
});

it('a record that was read cannot be changed by who read it', async () => {
  const { store } = memory(10);
  await store.put('a', 'one', undefined);
  const found = (await store.get('a')) as { value: string };
  expect(() => {
    found.value = 'two';
  }).toThrow(TypeError);
  expect((await store.get('a'))?.value).toBe('one');
});

describe('the families', () => {
  it('do not meet', async () => {
    const { store } = memory(10);
    expect(await store.claim('a', 1000)).toBe(true);
    expect(await store.advance('a', 1)).toBe(true);
    expect(await store.get('a')).toBeUndefined();
    expect(await store.put('a', 'one', undefined)).toBe(true);
    expect(await store.delete('a', (await store.get('a'))?.version ?? '')).toBe(true);
    expect(await store.claim('a', 1000)).toBe(false);
    expect(await store.advance('a', 1)).toBe(false);
  });
});

describe('options', () => {
  it.each<[object, string]>([
    [{ capacity: 0 }, 'capacity'],
    [{ capacity: Infinity }, 'capacity'],
    [{ capacity: 1.5 }, 'capacity'],
    [{ capacity: '5' }, 'capacity'],
    [{ now: 5 }, 'now'],
    [{ size: 5 }, 'size'],
  ])('%j are refused', (options, variable) => {
    expect(() => memoryStore(options)).toThrow(
      expect.objectContaining({ constructor: ConfigurationError, variable }) as Error,
    );
  });
});

describe('the heap', () => {
  type Item = Expiring & { id: number };
  const step = fc.record({
    kind: fc.constantFrom('add', 'add', 'add', 'move', 'remove', 'take'),
    which: fc.nat(200),
    at: fc.oneof(fc.nat(1000), fc.constant(Infinity)),
  });

  it('has the one that ends next on top, whatever was added, moved and removed', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 60, maxLength: 200 }), (steps) => {
        const heap = new ExpiryHeap<Item>();
        const held: Item[] = [];
        for (const [id, { kind, which, at }] of steps.entries()) {
          const item = held[which % Math.max(1, held.length)];
          if (kind === 'add' || item === undefined) {
            const added = { id, expiresAt: at, place: -1 };
            held.push(added);
            heap.add(added);
          } else if (kind === 'move') {
            item.expiresAt = at;
            heap.moved(item);
          } else {
            const gone = kind === 'take' ? (heap.first() as Item) : item;
            held.splice(held.indexOf(gone), 1);
            heap.remove(gone);
          }
          const next = Math.min(...held.map(({ expiresAt }) => expiresAt));
          expect(heap.first()?.expiresAt ?? Infinity).toBe(next);
        }
        for (let left = held.length; left > 0; left -= 1) {
          const first = heap.first() as Item;
          expect(first.expiresAt).toBe(Math.min(...held.map(({ expiresAt }) => expiresAt)));
          held.splice(held.indexOf(first), 1);
          heap.remove(first);
        }
        expect(heap.first()).toBeUndefined();
      }),
    );
  });
});
