/** A value and the version that a compare-and-set names it by. */
export interface Versioned {
  readonly value: string;
  readonly version: string;
}

/**
 * State that several instances share: five operations, each of one key and atomic.
 *
 * - Keys are at most 200 characters of printable ASCII without spaces; values are text, at most 64 KiB of UTF-8, without
 *   U+0000 and lone surrogates. What breaks this is a mistake in the calling code: a TypeError, before anything is sent.
 * - Times to live are milliseconds, judged by the store's own clock. Nothing is ever evicted before its time: a store
 *   that is full rejects.
 * - The three families of keys (claimed, advanced, put) never meet: no key is used by two of them.
 * - A method rejects otherwise only with an AttestationError of stage `unavailable`. After a time-out it is unknown whether the
 *   operation took place: a claim may be spent then, but is never granted twice.
 */
export interface Store {
  /** True for exactly one caller until the time to live has passed. */
  claim(key: string, ttlMs: number): Promise<boolean>;
  /**
   * Raises a counter: true exactly where `value` (unsigned, 32 bits) is strictly above the stored one, or above 0
   * where there is none.
   */
  advance(key: string, value: number, ttlMs?: number): Promise<boolean>;
  /** The live record, never a stale one. */
  get(key: string): Promise<Versioned | undefined>;
  /**
   * Writes a record: true exactly where the live one has the version `expected`, or where there is none and
   * `expected` is undefined. Without a time to live it stays until it is deleted.
   */
  put(key: string, value: string, expected: string | undefined, ttlMs?: number): Promise<boolean>;
  /** Deletes a record, if there is one. */
  delete(key: string): Promise<void>;
}
