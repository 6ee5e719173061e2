import { describe, expect, it, vi } from 'vitest';
import type { Store } from '../../src/ports/store.js';
import { strictStore } from '../../src/stores/strict-store.js';

function spied() {
  const inner = {
    claim: vi.fn<Store['claim']>(async () => true),
    advance: vi.fn<Store['advance']>(async () => true),
    get: vi.fn<Store['get']>(async () => undefined),
    put: vi.fn<Store['put']>(async () => true),
    delete: vi.fn<Store['delete']>(async () => true),
  };
  const calls = (): number => Object.values(inner).reduce((sum, each) => sum + each.mock.calls.length, 0);
  return { store: strictStore(inner), inner, calls };
}

const KEYS = [
  '',
  'a b',
  'a\n',
  'a\0',
  'é',
  'a'.repeat(201),
  '\u007f',
  undefined,
  null,
  7,
  ['a'],
  { length: 1 },
];
const TTLS = [0, -1, 1.5, NaN, Infinity, 3_155_760_000_001, '1000', null, 1n];
const COUNTERS = [-1, 1.5, NaN, Infinity, 2 ** 32, '5', null, undefined, 5n];
const VALUES = [
  'a\0b',
  '\ud800',
  '\udc00\ud800',
  'x'.repeat(65_537),
  '🦊'.repeat(16_384) + 'x',
  7,
  null,
  undefined,
];
const VERSIONS = ['', ' ', 'a'.repeat(65), 'a\nb', 7, null];

type Any = never;

describe('what breaks the rules of the port', () => {
  it.each(KEYS)('rejects with a TypeError, and reaches no store: key %j', async (key) => {
    const { store, calls } = spied();
    for (const operation of [
      store.claim(key as Any, 1),
      store.advance(key as Any, 1),
      store.get(key as Any),
      store.put(key as Any, '', undefined),
      store.delete(key as Any, 'v'),
    ])
      await expect(operation).rejects.toThrow(TypeError);
    expect(calls()).toBe(0);
  });

  it.each(TTLS)('rejects: time to live %s', async (ttlMs) => {
    const { store, calls } = spied();
    await expect(store.claim('a', ttlMs as Any)).rejects.toThrow(TypeError);
    await expect(store.advance('a', 1, { ttlMs: ttlMs as Any })).rejects.toThrow(TypeError);
    await expect(store.put('a', '', undefined, ttlMs as Any)).rejects.toThrow(TypeError);
    expect(calls()).toBe(0);
  });

  it('rejects: a claim without a time to live', async () => {
    await expect(spied().store.claim('a', undefined as Any)).rejects.toThrow(TypeError);
  });

  it.each(COUNTERS)('rejects: counter %s', async (value) => {
    const { store, calls } = spied();
    await expect(store.advance('a', value as Any)).rejects.toThrow(TypeError);
    expect(calls()).toBe(0);
  });

  it.each(VALUES)('rejects: value %#', async (value) => {
    const { store, calls } = spied();
    await expect(store.put('a', value as Any, undefined)).rejects.toThrow(TypeError);
    expect(calls()).toBe(0);
  });

  it.each(VERSIONS)('rejects: version %j', async (version) => {
    const { store, calls } = spied();
    await expect(store.put('a', '', version as Any)).rejects.toThrow(TypeError);
    await expect(store.delete('a', version as Any)).rejects.toThrow(TypeError);
    expect(calls()).toBe(0);
  });

  it('rejects: a deletion without a version', async () => {
    const { store, calls } = spied();
    await expect(store.delete('a', undefined as Any)).rejects.toThrow(TypeError);
    expect(calls()).toBe(0);
  });

  it.each([
    null,
    1000,
    '',
    { window: -1 },
    { window: 65 },
    { window: 1.5 },
    { window: NaN },
    { window: '4' },
    { window: null },
    { windows: 4 },
    { ttl: 1000 },
    { window: 4, ttl: 1000 },
  ])('rejects: options of a counter %j', async (options) => {
    const { store, calls } = spied();
    await expect(store.advance('a', 1, options as Any)).rejects.toThrow(TypeError);
    expect(calls()).toBe(0);
  });

  it('is never in the message', async () => {
    const error = await spied()
      .store.get('challenge SECRET')
      .catch((reason: unknown) => String(reason));
    expect(error).toMatch(/^TypeError: the key/);
    expect(error).not.toContain('SECRET');
  });
});

describe('what keeps the rules', () => {
  it('reaches the store as it is', async () => {
    const { store, inner } = spied();
    const longest = '~'.repeat(200);
    await store.claim(longest, 3_155_760_000_000);
    await store.advance('!', 0xffff_ffff, { window: 64, ttlMs: 1 });
    await store.advance('!', 0);
    await store.put('a', 'x'.repeat(65_536), 'version-_9', 1);
    await store.put('a', '', undefined);
    await store.delete('a', 'version-_9');
    expect(inner.claim.mock.calls).toEqual([[longest, 3_155_760_000_000]]);
    expect(inner.advance.mock.calls).toEqual([
      ['!', 0xffff_ffff, { window: 64, ttlMs: 1 }],
      ['!', 0, {}],
    ]);
    expect(inner.put.mock.calls).toEqual([
      ['a', 'x'.repeat(65_536), 'version-_9', 1],
      ['a', '', undefined, undefined],
    ]);
    expect(inner.delete.mock.calls).toEqual([['a', 'version-_9']]);
  });

  it('keeps a check of the store, and gives none to a store without one', async () => {
    const check = vi.fn(async () => undefined);
    const { inner } = spied();
    await strictStore({ ...inner, check }).check?.();
    expect(check).toHaveBeenCalledTimes(1);
    expect('check' in strictStore(inner)).toBe(false);
  });
});
