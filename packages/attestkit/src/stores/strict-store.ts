import type { AdvanceOptions, Store } from '../ports/store.js';
import { MAX_WINDOW } from './counter-window.js';

/** 64 KiB of UTF-8. */
const MAX_VALUE_BYTES = 65_536;
/** A hundred years. */
const MAX_TTL_MS = 3_155_760_000_000;
const MAX_COUNTER = 0xffff_ffff;
const OPTIONS: ReadonlySet<string> = new Set(['window', 'ttlMs']);

/**
 * Checks the arguments of callers against the rules of the port, before anything reaches the store. What breaks them is a mistake
 * in the calling code and no outage: the operation rejects with a TypeError that names the argument, not its value.
 */
export function strictStore(store: Store): Store {
  const check = store.check?.bind(store);
  return {
    async claim(key, ttlMs) {
      assertKey(key);
      assertTtl(ttlMs);
      return store.claim(key, ttlMs);
    },
    async advance(key, value, options = {}) {
      assertKey(key);
      if (!Number.isInteger(value) || value < 0 || value > MAX_COUNTER)
        throw new TypeError('the value of a counter is not an unsigned integer of 32 bits');
      assertAdvance(options);
      return store.advance(key, value, options);
    },
    async get(key) {
      assertKey(key);
      return store.get(key);
    },
    async put(key, value, expected, ttlMs) {
      assertKey(key);
      assertValue(value);
      if (expected !== undefined) assertVersion(expected);
      if (ttlMs !== undefined) assertTtl(ttlMs);
      return store.put(key, value, expected, ttlMs);
    },
    async delete(key, expected) {
      assertKey(key);
      assertVersion(expected);
      return store.delete(key, expected);
    },
    ...(check !== undefined && { check }),
  };
}

function assertKey(key: string): void {
  if (typeof key !== 'string' || !/^[!-~]{1,200}$/.test(key))
    throw new TypeError('the key is not 1 to 200 characters of printable ASCII without spaces');
}

/** An option that is misspelt would be a counter without a window, or one that never ends. */
function assertAdvance(options: AdvanceOptions): void {
  if (
    typeof options !== 'object' ||
    options === null ||
    Object.keys(options).some((name) => !OPTIONS.has(name))
  )
    throw new TypeError('the options of a counter are not an object with window and ttlMs');
  const { window, ttlMs } = options;
  if (window !== undefined && !(Number.isInteger(window) && window >= 0 && window <= MAX_WINDOW))
    throw new TypeError(`the window is not a whole number from 0 to ${MAX_WINDOW}`);
  if (ttlMs !== undefined) assertTtl(ttlMs);
}

function assertVersion(expected: string): void {
  if (typeof expected !== 'string' || !/^[\w-]{1,64}$/.test(expected))
    throw new TypeError('the expected version is not one that a store gave');
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
