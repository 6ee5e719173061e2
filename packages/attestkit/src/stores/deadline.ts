import { AttestationError } from '../kernel/errors.js';
import { assertOptions, type OptionTypes } from '../kernel/config/options.js';
import type { Store } from '../ports/store.js';
import { STORE_CHECKS as CHECKS } from './checks.js';
import { storeFailure } from './failure.js';
import { within } from '../kernel/config/whole-number.js';

/** The deadline of an operation, and how many may be under way. */
export interface DeadlineOptions {
  /** Milliseconds for one operation: 1 to 60000. Default 2000. */
  readonly timeoutMs?: number | undefined;
  /**
   * Operations under way at a time, 1 to 65536; one more is rejected at once. One that timed out counts until the
   * driver has given it up, so that what waits inside the driver stays bounded too. Default 256.
   */
  readonly maxInFlight?: number | undefined;
}

export const DEADLINE_OPTIONS: OptionTypes = { timeoutMs: 'number', maxInFlight: 'number' };

const DEFAULT_TIMEOUT_MS = 2000;

/** Milliseconds for one operation, as configured. */
export function timeoutOf({ timeoutMs = DEFAULT_TIMEOUT_MS }: DeadlineOptions): number {
  return within('timeoutMs', timeoutMs, 1, 60_000);
}

/**
 * Bounds a store in time and in operations under way. The stores of this library come with it; it is for one that
 * you write yourself.
 *
 * Whatever the store throws becomes an AttestationError of stage `unavailable`: ERR_STORE_TIMEOUT when there was no
 * answer in time, ERR_STORE_BUSY over the cap, ERR_STORE_UNAVAILABLE for any other error. An operation that timed out
 * may take place all the same, so a claim may be spent; the caller was told no, so it is never granted twice.
 *
 * @throws ConfigurationError naming the option
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

/** The bounds for operations of any kind that share one driver. */
export function boundary(options: DeadlineOptions): <T>(operation: () => Promise<T>) => Promise<T> {
  const timeoutMs = timeoutOf(options);
  const maxInFlight = within('maxInFlight', options.maxInFlight ?? 256, 1, 65_536);
  let inFlight = 0;
  return <T>(operation: () => Promise<T>) => {
    // There is no queue: an answer after the client has given up is useless.
    if (inFlight >= maxInFlight) return Promise.reject(new AttestationError(CHECKS.free, { retryAfter: 1 }));
    inFlight += 1;
    // One promise for each operation and not a chain of them: a read of Redis takes few microseconds besides.
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => reject(new AttestationError(CHECKS.timely)), timeoutMs);
      const settle = (): void => {
        inFlight -= 1;
        clearTimeout(timer);
      };
      const fail = (error: unknown): void => {
        settle();
        reject(storeFailure(error));
      };
      const succeed = (answer: T): void => {
        settle();
        resolve(answer);
      };
      try {
        // A store of somebody's own may answer without a promise.
        void Promise.resolve(operation()).then(succeed, fail);
      } catch (error) {
        fail(error);
      }
    });
  };
}
