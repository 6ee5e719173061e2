import type { Store } from '../../../src/ports/store.js';

/** One call of the store port, as data: it can wait, and be compared with another. */
export interface Operation {
  readonly method: Exclude<keyof Store, 'check'>;
  readonly key: string;
  /** The arguments behind the key. */
  readonly rest: readonly unknown[];
}

/** A store that gives each call to `send`. */
export function storeOf(send: <T>(operation: Operation) => Promise<T>): Store {
  return {
    claim: (key, ...rest) => send({ method: 'claim', key, rest }),
    advance: (key, ...rest) => send({ method: 'advance', key, rest }),
    get: (key, ...rest) => send({ method: 'get', key, rest }),
    put: (key, ...rest) => send({ method: 'put', key, rest }),
    delete: (key, ...rest) => send({ method: 'delete', key, rest }),
  };
}

/** Claims, counters and records never meet, whatever their keys are. */
const FAMILIES: Readonly<Record<Operation['method'], string>> = {
  claim: 'claim',
  advance: 'count',
  get: 'record',
  put: 'record',
  delete: 'record',
};

/** Where an operation acts. */
export function placeOf({ method, key }: Operation): string {
  return `${FAMILIES[method]} ${key}`;
}

/** Whether two operations may give other results, or leave another state, when they change places. */
export function conflict(one: Operation, other: Operation): boolean {
  return placeOf(one) === placeOf(other) && !(one.method === 'get' && other.method === 'get');
}

interface Entry {
  readonly value: string;
  readonly version: string;
  readonly expiresAt: number;
}

/** Milliseconds since the epoch, moved by hand. */
export interface HandClock {
  ms: number;
}

/**
 * What a store keeps: a map that can be copied, so that each order begins from the same state. A version is the number of
 * the write of its key, so that equal orders give equal states; no version comes twice.
 */
export class Disk {
  readonly #entries: Map<string, Entry>;
  readonly #writes: Map<string, number>;
  readonly #clock: HandClock;

  constructor(clock: HandClock, from?: Disk) {
    this.#clock = clock;
    this.#entries = new Map(from === undefined ? [] : from.#entries);
    this.#writes = new Map(from === undefined ? [] : from.#writes);
  }

  copy(): Disk {
    return new Disk(this.#clock, this);
  }

  /** A store over this disk whose operations wait for nothing. */
  store(): Store {
    return storeOf(async <T>(operation: Operation) => this.perform(operation) as T);
  }

  perform(operation: Operation): unknown {
    const place = placeOf(operation);
    const [first, second, third] = operation.rest;
    const live = this.#live(place);
    switch (operation.method) {
      case 'get':
        return live && { value: live.value, version: live.version };
      case 'claim':
        return live === undefined && this.#write(place, '', first);
      case 'advance':
        return this.#advance(place, live, first as number, second);
      case 'put':
        return live?.version === second && this.#write(place, first as string, third);
      case 'delete':
        // Without a version it takes what is there.
        if (operation.rest.length > 0 && live?.version !== first) return false;
        return this.#entries.delete(place);
    }
  }

  /** `terms` are the time to live alone, or `{ window, ttlMs }`. The value is the highest counter and, in hexadecimal, which of those from it down are used. */
  #advance(place: string, live: Entry | undefined, counter: number, terms: unknown): boolean {
    const { window = 0, ttlMs } =
      typeof terms === 'object' ? (terms as { window?: number; ttlMs?: number }) : { ttlMs: terms };
    const [highest = '0', bits = '0'] = live?.value.split(' ') ?? [];
    const distance = counter - Number(highest);
    const used = BigInt(`0x${bits}`);
    if (distance > 0) {
      const kept = (used << BigInt(Math.min(distance, 65))) & (2n ** 65n - 1n);
      return this.#write(place, `${counter} ${(kept | 1n).toString(16)}`, ttlMs);
    }
    const bit = 1n << BigInt(-distance);
    if (live === undefined || -distance > window || (used & bit) !== 0n) return false;
    return this.#write(place, `${highest} ${(used | bit).toString(16)}`, ttlMs);
  }

  #live(place: string): Entry | undefined {
    const entry = this.#entries.get(place);
    return entry !== undefined && entry.expiresAt > this.#clock.ms ? entry : undefined;
  }

  #write(place: string, value: string, ttlMs: unknown): true {
    const written = (this.#writes.get(place) ?? 0) + 1;
    this.#writes.set(place, written);
    const expiresAt = typeof ttlMs === 'number' ? this.#clock.ms + ttlMs : Infinity;
    this.#entries.set(place, { value, version: `w${written}`, expiresAt });
    return true;
  }

  /** All that is kept, as text: equal for equal states. */
  print(): string {
    const lines = [...this.#entries].map(([place, { value, version }]) => `${place} ${version} ${value}`);
    return lines.toSorted().join('\n');
  }
}
