import { afterAll, describe, expect, it } from 'vitest';
import type { Store } from '../../src/ports/store.js';
import { memoryStore } from '../../src/stores/memory.js';
import { STORE_CONTRACT } from '../../src/testing/store-contract.js';
import { OPEN, type Opened } from './opened.js';
import { present } from './servers.js';

for (const [name, open] of Object.entries(OPEN)) {
  let opened: Opened | undefined;
  const there = await present(`server for the store ${name}`, async () => {
    opened = await open();
  });
  describe.skipIf(!there)(`the store ${name}`, { timeout: 30_000 }, () => {
    afterAll(() => opened?.close());
    it.each(STORE_CONTRACT)('$name', ({ run }) => run(opened as Opened));
  });
}

/** A working store with one operation, or its clock, spoilt. */
const SPOILT: Readonly<Record<string, (store: Store) => Partial<Store>>> = {
  'grants every claim': () => ({ claim: async () => true }),
  'grants no claim': () => ({ claim: async () => false }),
  'looks before it claims': (store) => {
    const claimed = new Set<string>();
    const claim = async (key: string, ttlMs: number): Promise<boolean> => {
      if (claimed.has(key)) return false;
      await Promise.resolve();
      claimed.add(key);
      setTimeout(() => claimed.delete(key), ttlMs);
      return store.claim(`${key}${Math.random()}`, ttlMs);
    };
    return { claim };
  },
  'takes keys for the same in any letters': (store) => ({
    claim: (key, ttlMs) => store.claim(key.toLowerCase(), ttlMs),
  }),
  'cuts keys off': (store) => ({ claim: (key, ttlMs) => store.claim(key.slice(0, 199), ttlMs) }),
  'gives up claims for later ones': (store) => {
    const recent: string[] = [];
    const claim = async (key: string, ttlMs: number): Promise<boolean> => {
      if (recent.includes(key)) return false;
      if (recent.push(key) > 100) recent.shift();
      await store.claim(`${key}${Math.random()}`, ttlMs);
      return true;
    };
    return { claim };
  },
  'keeps claims for ever': (store) => ({ claim: (key) => store.claim(key, 1e12) }),
  'advances to what it has': (store) => ({
    advance: async (key, value, ttlMs) => value > 0 && (await store.advance(key, value, ttlMs), true),
  }),
  'has counters of 31 bits': (store) => ({
    advance: async (key, value, ttlMs) => value < 2 ** 31 && store.advance(key, value, ttlMs),
  }),
  'keeps counters for ever': (store) => ({ advance: (key, value) => store.advance(key, value) }),
  'forgets counters': (store) => ({ advance: (key, value) => store.advance(key, value, 100) }),
  'asks for no version': (store) => ({
    async put(key, value, _expected, ttlMs) {
      return store.put(key, value, (await store.get(key))?.version, ttlMs);
    },
  }),
  'has versions that are the values': (store) => ({
    async get(key) {
      const found = await store.get(key);
      return found && { value: found.value, version: found.value };
    },
    async put(key, value, expected, ttlMs) {
      const found = await store.get(key);
      return found?.value === expected && store.put(key, value, found?.version, ttlMs);
    },
  }),
  'trims text': (store) => ({
    put: (key, value, expected, ttlMs) => store.put(key, value.trim(), expected, ttlMs),
  }),
  'normalises text': (store) => ({
    put: (key, value, expected, ttlMs) => store.put(key, value.normalize(), expected, ttlMs),
  }),
  'keeps records for ever': (store) => ({ put: (key, value, expected) => store.put(key, value, expected) }),
  'deletes nothing': () => ({ delete: async () => undefined }),
  'reads what was': (store) => {
    const seen = new Map<string, Awaited<ReturnType<Store['get']>>>();
    return {
      async get(key) {
        if (!seen.has(key)) seen.set(key, await store.get(key));
        return seen.get(key);
      },
    };
  },
};

describe('the contract', () => {
  it.each(Object.entries(SPOILT))('is broken by a store that %s', async (_, spoil) => {
    let now = 0;
    const store = memoryStore({ now: () => now });
    const pass = (ms: number): void => {
      now += ms;
    };
    const subject = { store: { ...store, ...spoil(store) }, pass };
    const results = [];
    for (const { run } of STORE_CONTRACT) {
      results.push(...(await Promise.allSettled([run(subject)])));
    }
    expect(results.map(({ status }) => status)).toContain('rejected');
  });
});
