import { AttestationError } from '../kernel/errors.js';
import type { Health } from '../ports/health.js';
import type { Store } from '../ports/store.js';

/** For the one read: a probe has to have an answer while the store hangs. */
const DEADLINE_MS = 500;

/** For which an answer serves other probes too: load balancers ask for it, and so can anyone who finds the path. */
const SHARED_MS = 1000;

/** Nothing is kept under it. */
const KEY = 'attestkit/health';

const HEALTHY: Health = Object.freeze({ healthy: true, down: Object.freeze([]) });

/**
 * Makes the probe of a guard: one read, by however many who ask within a second. Never rejects.
 *
 * @param store undefined if the guard does not have one, and depends on nothing
 */
export function healthOf(store: Pick<Store, 'get'> | undefined): () => Promise<Health> {
  if (store === undefined) return () => Promise.resolve(HEALTHY);
  let last: { readonly until: number; readonly health: Promise<Health> } | undefined;
  return () => {
    // Not the guard's own clock, which tests set and hosts correct.
    const at = performance.now();
    if (last === undefined || at >= last.until) last = { until: at + SHARED_MS, health: probe(store) };
    return last.health;
  };
}

async function probe(store: Pick<Store, 'get'>): Promise<Health> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer within ${DEADLINE_MS} ms`), DEADLINE_MS);
  });
  try {
    const problem = await Promise.race([read(store), late]);
    return problem === undefined ? HEALTHY : { healthy: false, down: [{ name: 'store', problem }] };
  } finally {
    clearTimeout(timer);
  }
}

/** What is wrong with the store. The message of a driver can quote keys and hosts, and probes are often public. */
async function read(store: Pick<Store, 'get'>): Promise<string | undefined> {
  try {
    await store.get(KEY);
    return undefined;
  } catch (error) {
    return error instanceof AttestationError ? `${error.code}: ${error.message}` : 'the store failed';
  }
}
