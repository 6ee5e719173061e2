import { AttestationError } from '../kernel/errors.js';
import { assertOptions, type OptionTypes } from '../kernel/options.js';
import type { Store, Versioned } from '../ports/store.js';
import { STORE_CHECKS as CHECKS } from './checks.js';
import { ExpiryHeap, type Expiring } from './expiry-heap.js';
import { strictStore } from './strict-store.js';
import { within } from '../kernel/within.js';

/** How much is kept, and by which clock. */
export interface MemoryStoreOptions {
  /** Claims, counters and records at a time, each at most 64 KiB: 1 to 10,000,000. Default 100,000. */
  readonly capacity?: number | undefined;
  /** The clock, in milliseconds. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

const OPTIONS: OptionTypes = { capacity: 'number', now: 'function' };

/** What one write removes of what has ended; more than one write adds, so that nothing piles up. */
const SWEPT_PER_WRITE = 8;

interface Entry extends Expiring {
  readonly id: string;
  count: number;
  record: Versioned | undefined;
}

/**
 * A store in this process's memory: for tests, for development and for a service that is exactly one process. It is
 * empty after a restart, and two processes know nothing of each other.
 *
 * It is bounded, and gives up nothing before its time: when it is full, a write of a new key rejects with
 * ERR_STORE_FULL. What has ended is removed by later writes; no timer runs.
 *
 * @throws ConfigurationError naming the option
 */
export function memoryStore(options: MemoryStoreOptions = {}): Store {
  assertOptions(options, OPTIONS, 'memoryStore');
  const capacity = within('capacity', options.capacity ?? 100_000, 1, 10_000_000);
  return strictStore(new MemoryStore(capacity, options.now ?? Date.now));
}

/** The letter before a key is its family, so that none meets one of another family. */
class MemoryStore implements Store {
  readonly #capacity: number;
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry>();
  readonly #byExpiry = new ExpiryHeap<Entry>();
  #written = 0;

  constructor(capacity: number, now: () => number) {
    this.#capacity = capacity;
    this.#now = now;
  }

  async claim(key: string, ttlMs: number): Promise<boolean> {
    const now = this.#sweep();
    if (this.#live(`c:${key}`, now) !== undefined) return false;
    this.#write(`c:${key}`, now, ttlMs, 0, undefined);
    return true;
  }

  async advance(key: string, value: number, ttlMs?: number): Promise<boolean> {
    const now = this.#sweep();
    if (value <= (this.#live(`n:${key}`, now)?.count ?? 0)) return false;
    this.#write(`n:${key}`, now, ttlMs, value, undefined);
    return true;
  }

  async get(key: string): Promise<Versioned | undefined> {
    return this.#live(`r:${key}`, this.#now())?.record;
  }

  async put(key: string, value: string, expected: string | undefined, ttlMs?: number): Promise<boolean> {
    const now = this.#sweep();
    if (this.#live(`r:${key}`, now)?.record?.version !== expected) return false;
    // A number never comes again in this process, so the version of a deleted record matches no later one.
    this.#written += 1;
    this.#write(`r:${key}`, now, ttlMs, 0, Object.freeze({ value, version: String(this.#written) }));
    return true;
  }

  async delete(key: string): Promise<void> {
    const entry = this.#entries.get(`r:${key}`);
    if (entry !== undefined) this.#remove(entry);
  }

  #live(id: string, now: number): Entry | undefined {
    const entry = this.#entries.get(id);
    return entry !== undefined && entry.expiresAt > now ? entry : undefined;
  }

  #write(
    id: string,
    now: number,
    ttlMs: number | undefined,
    count: number,
    record: Versioned | undefined,
  ): void {
    const expiresAt = ttlMs === undefined ? Infinity : now + ttlMs;
    const entry = this.#entries.get(id);
    if (entry !== undefined) {
      Object.assign(entry, { expiresAt, count, record });
      this.#byExpiry.moved(entry);
      return;
    }
    if (this.#entries.size >= this.#capacity) throw new AttestationError(CHECKS.room);
    const added: Entry = { id, expiresAt, place: 0, count, record };
    this.#entries.set(id, added);
    this.#byExpiry.add(added);
  }

  /** @returns the time at which it looked */
  #sweep(): number {
    const now = this.#now();
    for (let left = SWEPT_PER_WRITE; left > 0; left -= 1) {
      const next = this.#byExpiry.first();
      if (next === undefined || next.expiresAt > now) break;
      this.#remove(next);
    }
    return now;
  }

  #remove(entry: Entry): void {
    this.#entries.delete(entry.id);
    this.#byExpiry.remove(entry);
  }
}
