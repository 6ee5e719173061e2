import { describe, expect, it } from 'vitest';
import { BoundedCache } from '../../src/kernel/bounded-cache.js';

describe('BoundedCache', () => {
  it('finds what was put in', () => {
    const cache = new BoundedCache<number>(10);
    cache.set('a', 1);
    expect([cache.get('a'), cache.get('b')]).toEqual([1, undefined]);
  });

  it('holds no more than its capacity, of however many', () => {
    const cache = new BoundedCache<number>(10);
    for (let at = 0; at < 1000; at += 1) cache.set(`k${at}`, at);
    const held = Array.from({ length: 1000 }, (_, at) => `k${at}`).filter(
      (key) => cache.get(key) !== undefined,
    );
    expect(held.length).toBeGreaterThanOrEqual(5);
    expect(held.length).toBeLessThanOrEqual(10);
  });

  it('keeps what is in use', () => {
    const cache = new BoundedCache<number>(10);
    cache.set('used', 1);
    for (let at = 0; at < 1000; at += 1) {
      cache.set(`k${at}`, at);
      expect(cache.get('used')).toBe(1);
    }
  });
});
