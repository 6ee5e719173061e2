import { memoryStore } from 'attestkit/stores/memory';
import { describe, expect, it } from 'vitest';
import { timedStore } from '../../src/state/timed.js';

describe('a timed store', () => {
  it('does what its store does, and says how long each operation took', async () => {
    const seen: string[] = [];
    const store = timedStore(memoryStore(), (operation, milliseconds) => {
      expect(milliseconds).toBeGreaterThanOrEqual(0);
      seen.push(operation);
    });
    expect(await store.claim('claimed', 1000)).toBe(true);
    expect(await store.claim('claimed', 1000)).toBe(false);
    expect(await store.advance('counter', 1, { ttlMs: 1000 })).toBe(true);
    expect(await store.put('record', 'value', undefined, 1000)).toBe(true);
    const found = await store.get('record');
    expect(found?.value).toBe('value');
    expect(await store.delete('record', found?.version ?? '')).toBe(true);
    expect(seen).toEqual(['claim', 'claim', 'advance', 'put', 'get', 'delete']);
  });

  it('says it of one that failed, which fails all the same', async () => {
    const seen: string[] = [];
    const broken = { ...memoryStore(), get: () => Promise.reject(new Error('gone')) };
    const store = timedStore(broken, (operation, _, isFailed) => seen.push(`${operation} ${isFailed}`));
    await expect(store.get('record')).rejects.toThrow('gone');
    await store.claim('claimed', 1000);
    expect(seen).toEqual(['get true', 'claim false']);
  });

  it('can be checked if its store can', async () => {
    const { check: _, ...unchecked } = memoryStore();
    let checked = 0;
    const checking = { ...unchecked, check: () => Promise.resolve(void (checked += 1)) };
    await timedStore(checking, () => undefined).check?.();
    expect(checked).toBe(1);
    expect(timedStore(unchecked, () => undefined)).not.toHaveProperty('check');
  });
});
