import type { Store } from '../ports/store.js';

/** 64 KiB of UTF-8. */
const MAX_VALUE_BYTES = 65_536;
/** A hundred years. */
const MAX_TTL_MS = 3_155_760_000_000;
const MAX_COUNTER = 0xffff_ffff;

/**
 * Holds what callers give to the rules of the port, before anything reaches the store. What breaks them is a mistake
 * in the calling code and no outage: the operation rejects with a TypeError that names the argument, not its value.
 */
export function strictStore(store: Store): Store {
  return {
    async claim(key, ttlMs) {
      assertKey(key);
      assertTtl(ttlMs);
      return store.claim(key, ttlMs);
    },
    async advance(key, value, ttlMs) {
      assertKey(key);
      if (!Number.isInteger(value) || value < 0 || value > MAX_COUNTER)
        throw new TypeError('the value of a counter is not an unsigned integer of 32 bits');
      if (ttlMs !== undefined) assertTtl(ttlMs);
      // No stored value is below 0, and none counts as 0.
      return value > 0 && store.advance(key, value, ttlMs);
    },
    async get(key) {
      assertKey(key);
      return store.get(key);
    },
    async put(key, value, expected, ttlMs) {
      assertKey(key);
      assertValue(value);
      if (expected !== undefined && (typeof expected !== 'string' || !/^[\w-]{1,64}$/.test(expected)))
        throw new TypeError('the expected version is none that a store has given');
      if (ttlMs !== undefined) assertTtl(ttlMs);
      return store.put(key, value, expected, ttlMs);
    },
    async delete(key) {
      assertKey(key);
      return store.delete(key);
    },
  };
}

function assertKey(key: string): void {
  if (typeof key !== 'string' || !/^[!-~]{1,200}$/.test(key))
    throw new TypeError('the key is not 1 to 200 characters of printable ASCII without spaces');
}

function assertTtl(ttlMs: number): void {
  if (!Number.isInteger(ttlMs) || ttlMs < 1 || ttlMs > MAX_TTL_MS)
    throw new TypeError('the time to live is not a whole number of milliseconds up to a hundred years');
}

/** PostgreSQL cannot hold U+0000, nor UTF-8 a lone surrogate: either would come back as something else, or not at all. */
function assertValue(value: string): void {
  if (typeof value !== 'string' || value.includes('\0') || /\p{Surrogate}/u.test(value))
    throw new TypeError('the value is not text without U+0000');
  if (Buffer.byteLength(value) > MAX_VALUE_BYTES) throw new TypeError('the value is over 64 KiB');
}
