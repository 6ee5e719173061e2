import { AttestationError, ConfigurationError } from '../kernel/errors.js';
import type { Store } from '../ports/store.js';
import { isMistake, storeFailure } from './failure.js';
import { randomVersion } from './random-version.js';

/** What the user is told if the store does not do what it has to. */
export interface TrialRemedy {
  /** The argument at fault. */
  readonly variable: string;
  readonly remedy: string;
}

/** What the trial leaves behind has ended after so long. */
const TTL_MS = 10_000;

/**
 * Does each operation once on a reserved key, and looks at the answers. A client in the wrong wrapper,
 * a missing permission or a server that is too old shows here and not at the first request.
 *
 * @param besides a further trial, on the key of a live record
 * @throws ConfigurationError naming the operation and the remedy
 * @throws AttestationError of stage `unavailable`, where the store cannot be reached now
 */
export async function tryOperations(
  store: Store,
  { variable, remedy }: TrialRemedy,
  besides: (key: string) => Promise<boolean> = async () => true,
): Promise<void> {
  const key = `check/${randomVersion()}`;
  let version = '';
  const read = async (value: string): Promise<boolean> => {
    const found = await store.get(key);
    version = found?.version ?? '';
    return found?.value === value;
  };
  const steps: readonly (readonly [operation: string, step: () => Promise<boolean>])[] = [
    ['claim', () => store.claim(key, TTL_MS)],
    ['claim', async () => !(await store.claim(key, TTL_MS))],
    ['advance', () => store.advance(key, 2, { window: 1, ttlMs: TTL_MS })],
    ['advance', () => store.advance(key, 4, { window: 1, ttlMs: TTL_MS })],
    ['advance', () => store.advance(key, 3, { window: 1, ttlMs: TTL_MS })],
    ['advance', async () => !(await store.advance(key, 3, { window: 1, ttlMs: TTL_MS }))],
    ['get', async () => (await store.get(key)) === undefined],
    ['put', () => store.put(key, 'é', undefined, TTL_MS)],
    ['put', async () => !(await store.put(key, 'é', undefined, TTL_MS))],
    ['get', () => read('é')],
    ['get', () => besides(key)],
    ['put', () => store.put(key, 'ö', version, TTL_MS)],
    ['delete', async () => !(await store.delete(key, version))],
    ['get', () => read('ö')],
    ['delete', () => store.delete(key, version)],
  ];
  for (const [operation, step] of steps) {
    const problem = `cannot be used, as ${operation} did not do what it has to`;
    try {
      if (await step()) continue;
    } catch (error) {
      if (!isMistake(error) && !isNoAnswer(error)) throw error;
      throw new ConfigurationError(variable, problem, remedy, { cause: storeFailure(error).cause });
    }
    throw new ConfigurationError(variable, problem, remedy);
  }
}

/** An answer that the store itself could not read; an outage has a cause. */
function isNoAnswer(error: unknown): boolean {
  return (
    error instanceof AttestationError && error.code === 'ERR_STORE_UNAVAILABLE' && error.cause === undefined
  );
}
