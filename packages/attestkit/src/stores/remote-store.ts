import { AttestationError, ConfigurationError } from '../kernel/errors.js';
import type { Store } from '../ports/store.js';
import { boundary, type DeadlineOptions } from './deadline.js';
import { strictStore } from './strict-store.js';

/** A store on a server, the set-up of which only the server itself knows. */
export interface CheckedStore extends Store {
  /**
   * Asks the server whether it keeps what it is given. To be awaited at start-up, so that a mistake shows there;
   * without it the first operation asks, and each rejects with stage `unavailable` until the answer is right.
   *
   * @throws ConfigurationError (as a rejection) naming the setting of the server and the remedy
   * @throws AttestationError (as a rejection) of stage `unavailable`, when it cannot be asked now
   */
  check(): Promise<void>;
}

/** Puts around a server's operations what they all have: held to the port's rules, bounded, and checked first. */
export function remoteStore(
  store: Store,
  check: () => Promise<void>,
  options: DeadlineOptions,
): CheckedStore {
  const bounded = boundary(options);
  let passed: Promise<void> | undefined;

  /** Asks once; again only after a failure. */
  function checked(): Promise<void> {
    passed ??= check().catch((error: unknown) => {
      passed = undefined;
      throw error;
    });
    return passed;
  }

  function ready<T>(operation: () => Promise<T>): Promise<T> {
    return bounded(async () => {
      await checked();
      return operation();
    });
  }

  return {
    ...strictStore({
      claim: (key, ttlMs) => ready(() => store.claim(key, ttlMs)),
      advance: (key, value, advance) => ready(() => store.advance(key, value, advance)),
      get: (key) => ready(() => store.get(key)),
      put: (key, value, expected, ttlMs) => ready(() => store.put(key, value, expected, ttlMs)),
      delete: (key, expected) => ready(() => store.delete(key, expected)),
    }),
    async check() {
      try {
        await ready(async () => undefined);
      } catch (error) {
        const cause = error instanceof AttestationError ? error.cause : undefined;
        throw cause instanceof ConfigurationError ? cause : error;
      }
    },
  };
}
