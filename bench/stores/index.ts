import { randomUUID } from 'node:crypto';
import type { Store } from 'attestkit';
import { STORES } from './open-stores.js';

/** One operation on one store. */
export interface StoreRow {
  readonly store: string;
  readonly operation: string;
  /** How many are in flight at once; each waits for its answer before the next one. */
  readonly inFlight: number;
  readonly perSecond: number;
  /** What a caller waits, in microseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** Long enough for the keys of one run, and gone soon after it. */
const TTL_MS = 600_000;

/** So that the fastest store does not fill the memory. */
const MOST_OPERATIONS = 200_000;

/** About what a device's record has. */
const VALUE = 'x'.repeat(1500);

/** An operation, ready to be done again and again by one caller; it throws where the store does not grant it. */
type Operation = (store: Store, caller: string) => () => Promise<void>;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  'claim, a new key': (store, caller) => {
    let at = 0;
    return async () => granted(await store.claim(`claim/${caller}/${(at += 1)}`, TTL_MS));
  },
  'advance, one counter': (store, caller) => {
    let at = 0;
    return async () => granted(await store.advance(`counter/${caller}`, (at += 1), { ttlMs: TTL_MS }));
  },
  'put, a new record': (store, caller) => {
    let at = 0;
    return async () => granted(await store.put(`record/${caller}/${(at += 1)}`, VALUE, undefined, TTL_MS));
  },
  'get, a record': (store, caller) => {
    const key = `read/${caller}`;
    let written: Promise<boolean> | undefined;
    return async () => {
      written ??= store.put(key, VALUE, undefined, TTL_MS);
      await written;
      granted((await store.get(key)) !== undefined);
    };
  },
  'get and put, one record': (store, caller) => {
    const key = `changed/${caller}`;
    return async () => {
      const live = await store.get(key);
      granted(await store.put(key, VALUE, live?.version, TTL_MS));
    };
  },
};

function granted(whether: boolean): void {
  if (!whether) throw new Error('The store refuses what it has to grant.');
}

/** Measures operations per second and latency of each store that can be reached. */
export async function benchStores(
  effort: { readonly seconds: number },
  progress: (text: string) => void,
): Promise<StoreRow[]> {
  const rows: StoreRow[] = [];
  for (const [name, open] of Object.entries(STORES)) {
    const opened = await open().catch((error: unknown) => {
      progress(`stores: NOT MEASURED: ${name}, which cannot be reached (${String(error)})`);
    });
    if (opened === undefined) continue;
    try {
      for (const inFlight of [1, 16]) {
        progress(`stores: ${name}, ${inFlight} in flight`);
        for (const [operation, make] of Object.entries(OPERATIONS)) {
          await measure(opened.store, make, inFlight, effort.seconds / 4); // to warm up
          const waited = await measure(opened.store, make, inFlight, effort.seconds);
          rows.push({ store: name, operation, inFlight, ...waited });
        }
      }
    } finally {
      await opened.close();
    }
  }
  return rows;
}

async function measure(
  store: Store,
  make: Operation,
  inFlight: number,
  seconds: number,
): Promise<Pick<StoreRow, 'perSecond' | 'p50' | 'p99'>> {
  const waits: number[] = [];
  const begun = performance.now();
  const end = begun + seconds * 1000;
  const caller = async (): Promise<void> => {
    const operate = make(store, randomUUID());
    for (let from = performance.now(); from < end && waits.length < MOST_OPERATIONS;) {
      await operate();
      const now = performance.now();
      waits.push((now - from) * 1000);
      from = now;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, caller));
  const took = (performance.now() - begun) / 1000;
  waits.sort((one, other) => one - other);
  const percentile = (part: number): number => waits[Math.floor((waits.length - 1) * part)] as number;
  return { perSecond: waits.length / took, p50: percentile(0.5), p99: percentile(0.99) };
}
