import { BoundedCache } from '../kernel/bounded-cache.js';

interface Bucket {
  tokens: number;
  at: number;
}

/** Names that are remembered; one that is forgotten starts with a full bucket. */
const CAPACITY = 50_000;

/** Token buckets by name, in this process's memory, all filled at the same pace of the caller's choice. */
export class TokenBuckets {
  readonly #now: () => number;
  readonly #periodMs: number;
  readonly #buckets = new BoundedCache<Bucket>(CAPACITY);

  /** @param periodMs in which an empty bucket fills: a minute, for limits by the minute */
  constructor(now: () => number, periodMs: number) {
    this.#now = now;
    this.#periodMs = periodMs;
  }

  /** Takes one token, of at most `size`; false, and nothing is taken, if the bucket is empty. */
  take(name: string, size: number): boolean {
    const { tokens, at } = this.#filled(name, size);
    this.#buckets.set(name, { tokens: tokens < 1 ? tokens : tokens - 1, at });
    return tokens >= 1;
  }

  /** Whether there is a token, without taking it. */
  has(name: string, size: number): boolean {
    return this.#filled(name, size).tokens >= 1;
  }

  #filled(name: string, size: number): Bucket {
    const at = this.#now();
    const bucket = this.#buckets.get(name) ?? { tokens: size, at };
    const refilled = bucket.tokens + (Math.max(0, at - bucket.at) * size) / this.#periodMs;
    return { tokens: Math.min(size, refilled), at };
  }
}
