import type { Store, StoreEvent } from 'attestkit';

/** Told how many milliseconds an operation took. */
export type Observe = (operation: StoreEvent['operation'], milliseconds: number, isFailed: boolean) => void;

/** The same store, which says how long each of its operations takes. */
export function timedStore(store: Store, observe: Observe): Store {
  const timed = async <T>(operation: StoreEvent['operation'], run: () => Promise<T>): Promise<T> => {
    const startedAt = performance.now();
    let isFailed = true;
    try {
      const answer = await run();
      isFailed = false;
      return answer;
    } finally {
      observe(operation, performance.now() - startedAt, isFailed);
    }
  };
  return {
    claim: (...given) => timed('claim', () => store.claim(...given)),
    advance: (...given) => timed('advance', () => store.advance(...given)),
    get: (...given) => timed('get', () => store.get(...given)),
    put: (...given) => timed('put', () => store.put(...given)),
    delete: (...given) => timed('delete', () => store.delete(...given)),
    ...(store.check && { check: () => store.check?.() ?? Promise.resolve() }),
  };
}
