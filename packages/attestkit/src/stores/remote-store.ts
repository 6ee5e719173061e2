import { AttestationError, ConfigurationError } from '../kernel/errors.js';
import type { Store } from '../ports/store.js';
import { boundary, type DeadlineOptions } from './boundary.js';
import { strictStore } from './strict-store.js';

/** A store on a server, the set-up of which only the server itself knows. */
export interface CheckedStore extends Store {
  /**
   * Asks the server whether it keeps what it is given, and tries each operation on a reserved key. To be awaited at
   * start-up, so that a mistake shows there; without it the first operation asks, and each rejects with stage `unavailable`
   * until the answer is right. The trial has as long as all its operations may take one after the other.
   *
   * Once it has passed it asks no more: it is not a health check. For that, `get` the key `check/health`.
   *
   * @throws ConfigurationError (as a rejection) naming the setting of the server and the remedy
   * @throws AttestationError (as a rejection) of stage `unavailable`, when it cannot be asked now
   */
  check(): Promise<void>;
}

type Bound = <T>(operation: () => Promise<T>) => Promise<T>;

/** How a server is looked at before it is used. */
export interface ServerChecks {
  /** Asks how the server is set up; before the first operation. */
  readonly check: () => Promise<void>;
  /** Tries the operations; at start-up only. What it does beside the store's operations it does within the bound. */
  readonly trial: (store: Store, bound: Bound) => Promise<void>;
}

/** Puts around a server's operations what they all have: held to the port's rules, bounded, and checked first. */
export function remoteStore(
  store: Store,
  { check, trial }: ServerChecks,
  options: DeadlineOptions,
): CheckedStore {
  const bounded = boundary(options);
  let isChecked = false;
  const checked = once(async () => {
    await check();
    isChecked = true;
  });

  function ready<T>(operation: () => Promise<T>): Promise<T> {
    return bounded(() => (isChecked ? operation() : checked().then(operation)));
  }

  const ofServer: Store = {
    claim: (key, ttlMs) => ready(() => store.claim(key, ttlMs)),
    advance: (key, value, advance) => ready(() => store.advance(key, value, advance)),
    get: (key) => ready(() => store.get(key)),
    put: (key, value, expected, ttlMs) => ready(() => store.put(key, value, expected, ttlMs)),
    delete: (key, expected) => ready(() => store.delete(key, expected)),
  };
  const tried = once(async () => {
    await ready(async () => undefined);
    await trial(ofServer, ready);
  });

  return {
    ...strictStore(ofServer),
    async check() {
      try {
        await tried();
      } catch (error) {
        const cause = error instanceof AttestationError ? error.cause : undefined;
        throw cause instanceof ConfigurationError ? cause : error;
      }
    },
  };
}

/** Does it once; again only after a failure. */
function once(act: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= act().catch((error: unknown) => {
      done = undefined;
      throw error;
    });
    return done;
  };
}
