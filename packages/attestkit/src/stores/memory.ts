import { AttestationError } from '../kernel/errors.js';
import { assertOptions, type OptionTypes } from '../kernel/config/options.js';
import type { AdvanceOptions, Store, Versioned } from '../ports/store.js';
import { STORE_CHECKS as CHECKS } from './checks.js';
import { useValue, type CounterWindow } from './counter-window.js';
import { ExpiryHeap, type Expiring } from './expiry-heap.js';
import { LocalClock } from './local-clock.js';
import { assertOneProcess } from './one-process.js';
import { strictStore } from './strict-store.js';
import { within } from '../kernel/config/whole-number.js';

/** How much is kept, and by which clock. */
export interface MemoryStoreOptions {
  /** Claims, counters and records at a time, each at most 64 KiB: 1 to 10,000,000. Default 100,000. */
  readonly capacity?: number | undefined;
  /** The clock, in milliseconds. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

const OPTIONS: OptionTypes = { capacity: 'number', now: 'function' };

/** How many ended items one write removes; more than one write adds, so that nothing piles up. */
const SWEPT_PER_WRITE = 8;

interface Entry extends Expiring {
  readonly id: string;
  counter: CounterWindow | undefined;
  record: Versioned | undefined;
}

/**
 * A store in this process's memory: for tests, for development and for a service that is exactly one process. It is
 * empty after a restart, and two processes know nothing of each other: it is refused in a worker of `node:cluster`, and
 * if `NODE_APP_INSTANCE` (PM2) is above 0.
 *
 * It is bounded, and gives up nothing before its time: when it is full, a write of a new key rejects with
 * ERR_STORE_FULL. Later writes remove ended items; no timer runs.
 *
 * The wall clock may leap: nothing ends early by that. A clock that is given by `now` is believed when it leaps ahead.
 *
 * @throws ConfigurationError naming the option, or if the process is one of several
 * @example
 * const store = memoryStore(); // of devices({ store }): one process, nothing survives it
 */
export function memoryStore(options: MemoryStoreOptions = {}): Store {
  assertOptions(options, OPTIONS, 'memoryStore');
  assertOneProcess();
  const capacity = within('capacity', options.capacity ?? 100_000, 1, 10_000_000);
  const { now } = options;
  // A clock that is given is the only one.
  const clock = new LocalClock(now ?? (() => Date.now()), now ?? (() => performance.now()));
  return strictStore(new MemoryStore(capacity, clock));
}

/** The letter before a key is its family, so that none meets one of another family. */
class MemoryStore implements Store {
  readonly #capacity: number;
  readonly #clock: LocalClock;
  readonly #entries = new Map<string, Entry>();
  readonly #byExpiry = new ExpiryHeap<Entry>();
  #written = 0;

  constructor(capacity: number, clock: LocalClock) {
    this.#capacity = capacity;
    this.#clock = clock;
  }

  async claim(key: string, ttlMs: number): Promise<boolean> {
    this.#sweep();
    if (this.#live(`c:${key}`) !== undefined) return false;
    this.#write(`c:${key}`, { expiresAt: this.#clock.endAfter(ttlMs) });
    return true;
  }

  async advance(key: string, value: number, { window = 0, ttlMs }: AdvanceOptions = {}): Promise<boolean> {
    this.#sweep();
    const id = `n:${key}`;
    const held = this.#live(id);
    const counter = useValue(held?.counter, value, window);
    if (counter !== undefined) this.#write(id, { counter, expiresAt: this.#clock.endAfter(ttlMs) });
    else if (held !== undefined && ttlMs !== undefined)
      this.#write(id, { counter: held.counter, expiresAt: this.#clock.endAfter(ttlMs) });
    return counter !== undefined;
  }

  async get(key: string): Promise<Versioned | undefined> {
    return this.#live(`r:${key}`)?.record;
  }

  async put(key: string, value: string, expected: string | undefined, ttlMs?: number): Promise<boolean> {
    this.#sweep();
    if (this.#live(`r:${key}`)?.record?.version !== expected) return false;
    // A number never comes again in this process, so the version of a deleted record matches no later one.
    this.#written += 1;
    const record = Object.freeze({ value, version: String(this.#written) });
    this.#write(`r:${key}`, { record, expiresAt: this.#clock.endAfter(ttlMs) });
    return true;
  }

  async delete(key: string, expected: string): Promise<boolean> {
    const held = this.#live(`r:${key}`);
    if (held?.record?.version !== expected) return false;
    this.#remove(held);
    return true;
  }

  #live(id: string): Entry | undefined {
    const entry = this.#entries.get(id);
    return entry !== undefined && entry.expiresAt > this.#clock.now() ? entry : undefined;
  }

  #write(id: string, state: Pick<Entry, 'expiresAt'> & Partial<Pick<Entry, 'counter' | 'record'>>): void {
    const { expiresAt, counter, record } = state;
    const entry = this.#entries.get(id);
    if (entry !== undefined) {
      Object.assign(entry, { expiresAt, counter, record });
      this.#byExpiry.moved(entry);
      return;
    }
    if (this.#entries.size >= this.#capacity) throw new AttestationError(CHECKS.room);
    const added: Entry = { id, expiresAt, place: 0, counter, record };
    this.#entries.set(id, added);
    this.#byExpiry.add(added);
  }

  #sweep(): void {
    const now = this.#clock.now();
    for (let left = SWEPT_PER_WRITE; left > 0; left -= 1) {
      const next = this.#byExpiry.first();
      if (next === undefined || next.expiresAt > now) break;
      this.#remove(next);
    }
  }

  #remove(entry: Entry): void {
    this.#entries.delete(entry.id);
    this.#byExpiry.remove(entry);
  }
}
