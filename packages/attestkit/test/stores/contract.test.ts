import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import type { AttestationError } from '../../src/kernel/errors.js';
import type { Store } from '../../src/ports/store.js';
import { memoryStore } from '../../src/stores/memory.js';
import { STORE_CONTRACT } from 'attestkit-testing/store-contract';
import { OPEN, type Opened } from './support/opened.js';
import { present } from './support/servers.js';

for (const [name, open] of Object.entries(OPEN)) {
  let opened: Opened | undefined;
  const there = await present(`server for the store ${name}`, async () => {
    opened = await open({ timeoutMs: 20_000 });
  });
  describe.skipIf(!there)(`the store ${name}`, { timeout: 30_000 }, () => {
    afterAll(() => opened?.close());
    it.each(STORE_CONTRACT)('$name', ({ run }) => run(opened as Opened));

    // What memory holds does not outlive the code that wrote it.
    if (name !== 'memory')
      it('a record of an unknown format is unavailable, and never absent', async () => {
        const { store, spoil } = opened as Opened;
        const key = `spoilt/${randomUUID()}`;
        await store.put(key, 'one', undefined, 3_600_000);
        const version = (await store.get(key))?.version ?? '';
        await spoil?.('record', key);
        await expect(store.get(key)).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' });
        for (const attempt of [
          () => store.put(key, 'two', undefined),
          () => store.put(key, 'two', version),
          () => store.delete(key, version),
        ])
          expect(await attempt().catch((error: unknown) => (error as AttestationError).code)).toBeOneOf([
            false,
            'ERR_STORE_UNAVAILABLE',
          ]);
        await expect(store.get(key)).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' });
      });

    it('a probe is one read, of any key', async () => {
      expect(await (opened as Opened).store.get('check/health')).toBeUndefined();
    });
  });
}

let others = 0;
/** A key that nobody else has. */
const another = (key: string): string => `${key}other${(others += 1)}`;

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
      return store.claim(another(key), ttlMs);
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
      await store.claim(another(key), ttlMs);
      return true;
    };
    return { claim };
  },
  'keeps claims for ever': (store) => ({ claim: (key) => store.claim(key, 1e12) }),
  'advances to what it has': (store) => ({
    advance: async (key, value, options) => value > 0 && (await store.advance(key, value, options), true),
  }),
  'has counters of 31 bits': (store) => ({
    advance: async (key, value, options) => value < 2 ** 31 && store.advance(key, value, options),
  }),
  'keeps counters for ever': (store) => ({
    advance: (key, value, options) => store.advance(key, value, { window: options?.window }),
  }),
  'forgets counters': (store) => ({
    advance: (key, value, options) => store.advance(key, value, { ...options, ttlMs: 100 }),
  }),
  'renews no counter whose value it refuses': (store) => {
    const ends = new Map<string, number>();
    const advance: Store['advance'] = async (key, value, options) => {
      const yes = await store.advance(key, value, { window: options?.window });
      if (yes) ends.set(key, options?.ttlMs ?? Infinity);
      else if (ends.has(key)) await store.advance(key, 0, { ttlMs: Math.min(ends.get(key) ?? 1, 1e12) });
      return yes;
    };
    return { advance };
  },
  'knows no window': (store) => ({
    advance: (key, value, options) => store.advance(key, value, { ttlMs: options?.ttlMs }),
  }),
  'has a window that is one too narrow': (store) => ({
    advance: (key, value, options) =>
      store.advance(key, value, { ...options, window: Math.max(0, (options?.window ?? 0) - 1) }),
  }),
  'has a window that is one too wide': (store) => ({
    advance: (key, value, options) =>
      store.advance(key, value, { ...options, window: Math.min(64, (options?.window ?? 0) + 1) }),
  }),
  'has a window where none is asked for': (store) => ({
    advance: (key, value, options) => store.advance(key, value, { window: 1, ...options }),
  }),
  'looks at a window before it writes': (store) => {
    const used = new Set<string>();
    const advance: Store['advance'] = async (key, value, options) => {
      const yes = await store.advance(key, value, options);
      if (yes || used.has(`${key} ${value}`) || value === 0) return yes;
      used.add(`${key} ${value}`);
      return options?.window === 64 && value > 1;
    };
    return { advance };
  },
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
  'normalizes text': (store) => ({
    put: (key, value, expected, ttlMs) => store.put(key, value.normalize(), expected, ttlMs),
  }),
  'keeps records for ever': (store) => ({ put: (key, value, expected) => store.put(key, value, expected) }),
  'deletes nothing': () => ({ delete: async () => true }),
  'deletes whatever is there': (store) => ({
    async delete(key) {
      const found = await store.get(key);
      return found !== undefined && store.delete(key, found.version);
    },
  }),
  'says of each deletion that it was done': (store) => ({
    delete: async (key, expected) => (await store.delete(key, expected), true),
  }),
  'counts its versions by record': (store) => {
    const versionOf = (found: { readonly value: string }): string => found.value.split('/', 1)[0] as string;
    return {
      async get(key) {
        const found = await store.get(key);
        return found && { value: found.value.slice(versionOf(found).length + 1), version: versionOf(found) };
      },
      async put(key, value, expected, ttlMs) {
        const found = await store.get(key);
        if ((found && versionOf(found)) !== expected) return false;
        return store.put(key, `${Number(expected ?? 0) + 1}/${value}`, found?.version, ttlMs);
      },
      async delete(key, expected) {
        const found = await store.get(key);
        return found !== undefined && versionOf(found) === expected && store.delete(key, found.version);
      },
    };
  },
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
