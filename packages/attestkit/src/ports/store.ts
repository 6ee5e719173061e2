/** How late a counter may come in, and how long it is kept. */
export interface AdvanceOptions {
  /** How far below the highest value an unused one is accepted: 0 to 64. Default 0: each value has to be the highest. */
  readonly window?: number | undefined;
  /** Milliseconds. The counter lives that long from now on, whatever the answer is. */
  readonly ttlMs?: number | undefined;
}

/**
 * State that several instances share: five operations, each of one key and atomic.
 *
 * - Keys are at most 200 characters of printable ASCII without spaces; values are text, at most 64 KiB of UTF-8, without
 *   U+0000 and lone surrogates. To break this is a mistake in the calling code: a TypeError, before anything is sent.
 *   Keys that begin with `check/` are reserved: stores try themselves on them.
 * - Times to live are milliseconds, judged by the store's own clock. Nothing is ever evicted before its time: a store
 *   that is full rejects.
 * - The three families of keys (claimed, advanced, put) never meet: no key is used by two of them.
 * - Every stored value names the version of its format. A value of an unknown format is `unavailable`, never absent.
 * - A method rejects otherwise only with an AttestationError of stage `unavailable`. After a time-out it is unknown whether the
 *   operation took place: a claim may be spent then, but is never granted twice.
 */
export interface Store {
  /** True for exactly one caller until the time to live has passed. */
  claim(key: string, ttlMs: number): Promise<boolean>;
  /**
   * Uses a value (unsigned, 32 bits) of a counter: true exactly once for a value that is above the highest one used (above
   * 0 if there is no counter), or that is unused and at most `window` below the highest (RFC 4303 §3.4.3).
   *
   * The 64 values below the highest are remembered. Used are also the values that lie before the first one, and those that
   * were skipped by a call without a window: they may have been used, or refused, before.
   *
   * With `ttlMs` the counter, if there is one, lives that long from now on, whether the answer is true or false.
   * Without it an accepted value makes the counter endless, and a refused one leaves its time as it is.
   */
  advance(key: string, value: number, options?: AdvanceOptions): Promise<boolean>;
  /** The live record, never a stale one. Of any key it is also the probe of a health check: one cheap read. */
  get(key: string): Promise<
    | {
        readonly value: string;
        readonly version: string;
      }
    | undefined
  >;
  /**
   * Writes a record: true exactly if the live one has the version `expected`, or if there is none and
   * `expected` is undefined. Without a time to live it stays until it is deleted.
   */
  put(key: string, value: string, expected: string | undefined, ttlMs?: number): Promise<boolean>;
  /** Deletes a record: true exactly if the live one has the version `expected`. No version ever comes again. */
  delete(key: string, expected: string): Promise<boolean>;
  /**
   * Says at start-up whether the store is set up to keep these promises. Not a health check: once it has passed it may
   * answer from memory. To see whether the store answers now, `get` the key `check/health`.
   *
   * @throws ConfigurationError (as a rejection) naming the setting and the remedy
   */
  check?(): Promise<void>;
}

/** A value and the version that a compare-and-set names it by. */
export type Versioned = NonNullable<Awaited<ReturnType<Store['get']>>>;
