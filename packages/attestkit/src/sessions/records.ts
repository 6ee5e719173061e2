import { AttestationError } from '../kernel/errors.js';
import type { JsonObject } from '../kernel/json.js';
import { isJsonObject } from '../kernel/json.js';
import type { Store, Versioned } from '../ports/store.js';
import { STATE_CHECKS as CHECKS } from './state-checks.js';

/** A record and the version to replace it by. */
export interface Kept<T> {
  readonly record: T;
  readonly version: string;
}

/**
 * Reads a record.
 *
 * @throws AttestationError of stage `unavailable`, where what is stored is not one of this version
 */
export async function readRecord<T>(store: Store, key: string): Promise<Kept<T> | undefined> {
  const found = await store.get(key);
  return found === undefined ? undefined : { record: parse(found) as T, version: found.version };
}

/** A record that cannot be read is not absent: what is taken for absent would be free for the next who comes. */
function parse({ value }: Versioned): JsonObject {
  try {
    const record: unknown = JSON.parse(value);
    const { v, ...members } = isJsonObject(record) ? record : {};
    if (v === 1) return members;
  } catch (cause) {
    throw new AttestationError(CHECKS.record, { cause });
  }
  throw new AttestationError(CHECKS.record);
}

/** How often a record is read anew after another writer came first, before giving up. */
const ATTEMPTS = 24;

/** What to write in the place of a record, or nothing to leave it as it is. */
export interface Change<T, R> {
  readonly write?: T;
  /** Without one the record stays until it is deleted, also where the one before had some. */
  readonly ttlMs?: number | undefined;
  readonly result: R;
}

/**
 * Changes a record by compare-and-set: reads it, lets `change` conclude, writes what that says, and starts over where
 * another writer came between.
 *
 * @param change gets the live record; it is called again where it has to be judged anew
 * @throws AttestationError of stage `unavailable` where it did not succeed in a few attempts
 */
export async function changeRecord<T extends object, R>(
  store: Store,
  key: string,
  change: (current: T | undefined) => Change<T, R> | Promise<Change<T, R>>,
): Promise<R> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const kept = await readRecord<T>(store, key);
    const { write, ttlMs, result } = await change(kept?.record);
    if (write === undefined) return result;
    if (await store.put(key, JSON.stringify({ v: 1, ...write }), kept?.version, ttlMs)) return result;
  }
  throw new AttestationError(CHECKS.contention, { retryAfter: 1 });
}
