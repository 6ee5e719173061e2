import type { Store } from '../ports/store.js';
import { changeRecord } from './records.js';
import { storeKeys } from './store-keys.js';

/** The highest counter, and which of those below it have been used: the lowest bit is the highest counter itself. */
interface Window {
  readonly highest: number;
  /** Hexadecimal. */
  readonly used: string;
}

/** Counters that are remembered below the highest one. */
export const MAX_WINDOW = 64;

/** How often the record is read anew while it lags behind. */
const ATTEMPTS = 8;

const ALL = (1n << BigInt(MAX_WINDOW)) - 1n;

/**
 * Spends a counter: of all uses of one counter exactly one gets true. Strictly rising where `window` is 0; else it may
 * also come in late, below the highest one by at most `window`, if it was not used yet (RFC 4303 §3.4.3).
 *
 * The store's own counter decides what is new, and the record which late ones are left. What nobody can know to be
 * unused counts as used: all that was below the first counter in the record, and what was skipped while no window was
 * allowed. All instances that share a store have to use the same window.
 */
export async function spendCounter(
  store: Store,
  key: { readonly kind: string; readonly id: string },
  counter: number,
  window: number,
): Promise<boolean> {
  // It only rises: a counter that is above it now was never used.
  const above = await store.advance(storeKeys.counter(key.kind, key.id), counter);
  if (!above && window === 0) return false;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const spent = await spendInRecord(store, key, counter, window, above);
    if (spent !== undefined) return spent;
  }
  return false;
}

/** Undefined where the record does not have yet what the store's own counter has. */
async function spendInRecord(
  store: Store,
  key: { readonly kind: string; readonly id: string },
  counter: number,
  window: number,
  above: boolean,
): Promise<boolean | undefined> {
  return changeRecord<Window, boolean | undefined>(store, storeKeys.window(key.kind, key.id), (current) => {
    if (current === undefined) {
      if (window === 0 || !above) return { result: above };
      return { write: windowOf(counter, ALL), result: true };
    }
    const { highest } = current;
    const used = BigInt(`0x${current.used}`);
    const distance = Math.abs(counter - highest);
    if (counter > highest) {
      // A higher one has advanced the store's counter, and will be in the record in a moment.
      if (!above) return { result: undefined };
      const kept = window === 0 ? ALL : (used << BigInt(Math.min(distance, MAX_WINDOW))) & ALL;
      return { write: windowOf(counter, kept | 1n), result: true };
    }
    const bit = distance < MAX_WINDOW ? 1n << BigInt(distance) : 0n;
    // Also where it was above: a copy of it may have come in late meanwhile.
    const unused = bit !== 0n && (used & bit) === 0n;
    if (!unused || !(above || distance <= window)) return { result: false };
    return { write: windowOf(highest, used | bit), result: true };
  });
}

function windowOf(highest: number, used: bigint): Window {
  return { highest, used: used.toString(16) };
}
