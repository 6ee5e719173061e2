import { AttestationError } from '../kernel/errors.js';
import type { StoreEvent } from '../ports/events.js';
import type { Store } from '../ports/store.js';

/** The same store, which tells a listener of each operation that fails. */
export function watchedStore(store: Store, now: () => number, tell: (event: StoreEvent) => void): Store {
  const watched = async <T>(operation: StoreEvent['operation'], run: () => Promise<T>): Promise<T> => {
    const startedAt = performance.now();
    try {
      return await run();
    } catch (error) {
      const durationMs = performance.now() - startedAt;
      tell({ type: 'store', at: now(), durationMs, operation, ...reasonOf(error) });
      throw error;
    }
  };
  return {
    claim: (...given) => watched('claim', () => store.claim(...given)),
    advance: (...given) => watched('advance', () => store.advance(...given)),
    get: (...given) => watched('get', () => store.get(...given)),
    put: (...given) => watched('put', () => store.put(...given)),
    delete: (...given) => watched('delete', () => store.delete(...given)),
  };
}

/** The message of anything else may quote a key or a value. */
function reasonOf(error: unknown): Pick<StoreEvent, 'code' | 'cause'> {
  if (!(error instanceof AttestationError))
    return { code: undefined, cause: error instanceof Error ? error.name : undefined };
  const { code, cause } = error;
  return { code, cause: cause instanceof Error ? cause.message : undefined };
}
