import { assertOptions } from '../kernel/config/options.js';
import type { Store } from '../ports/store.js';
import { boundary, DEADLINE_OPTIONS, type DeadlineOptions } from './boundary.js';

export type { DeadlineOptions } from './boundary.js';

/**
 * Bounds a store in time and in operations under way. The stores of this library come with it; it is for one that
 * you write yourself.
 *
 * Whatever the store throws becomes an AttestationError of stage `unavailable`: ERR_STORE_TIMEOUT when there was no
 * answer in time, ERR_STORE_BUSY over the cap, ERR_STORE_UNAVAILABLE for any other error. An operation that timed out
 * may take place all the same, so a claim may be spent; the caller was told no, so it is never granted twice.
 *
 * @throws ConfigurationError naming the option
 * @example
 * const store = withDeadline(myStore, { timeoutMs: 500 });
 */
export function withDeadline(store: Store, options: DeadlineOptions = {}): Store {
  assertOptions(options, DEADLINE_OPTIONS, 'withDeadline');
  const bounded = boundary(options);
  const check = store.check?.bind(store);
  return {
    claim: (key, ttlMs) => bounded(() => store.claim(key, ttlMs)),
    advance: (key, value, advance) => bounded(() => store.advance(key, value, advance)),
    get: (key) => bounded(() => store.get(key)),
    put: (key, value, expected, ttlMs) => bounded(() => store.put(key, value, expected, ttlMs)),
    delete: (key, expected) => bounded(() => store.delete(key, expected)),
    ...(check !== undefined && { check }),
  };
}
