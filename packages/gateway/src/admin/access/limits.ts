import { isIPv6 } from 'node:net';

/** So many at once, and then one each so many milliseconds. */
export interface Pace {
  readonly burst: number;
  readonly eachMs: number;
}

/** A token bucket. */
export class Bucket {
  #left: number;
  #at: number;
  readonly #pace: Pace;
  readonly #now: () => number;

  constructor(pace: Pace, now: () => number) {
    this.#pace = pace;
    this.#now = now;
    this.#left = pace.burst;
    this.#at = now();
  }

  /** Milliseconds until one can be taken; 0 if it can be now. */
  get waitMs(): number {
    this.#refill();
    return this.#left >= 1 ? 0 : Math.ceil((1 - this.#left) * this.#pace.eachMs);
  }

  /** @returns whether there was one */
  take(): boolean {
    if (this.waitMs > 0) return false;
    this.#left -= 1;
    return true;
  }

  #refill(): void {
    const at = this.#now();
    // A clock that was set back gives nothing.
    const more = Math.max(0, at - this.#at) / this.#pace.eachMs;
    this.#left = Math.min(this.#pace.burst, this.#left + more);
    this.#at = at;
  }
}

const PER_ADDRESS: Pace = { burst: 10, eachMs: 6000 };
const OVERALL: Pace = { burst: 100, eachMs: 600 };
const MOST_ADDRESSES = 1000;

/** Counts sign-ins that failed, by address and overall. */
export class FailedSignIns {
  readonly #byAddress = new Map<string, Bucket>();
  readonly #overall: Bucket;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
    this.#overall = new Bucket(OVERALL, now);
  }

  /** Milliseconds until a token of this peer is looked at again; 0 if it is now. */
  waitMs(address: string | undefined): number {
    const own = this.#byAddress.get(networkOf(address))?.waitMs ?? 0;
    return Math.max(own, this.#overall.waitMs);
  }

  count(address: string | undefined): void {
    const network = networkOf(address);
    const bucket = this.#byAddress.get(network) ?? new Bucket(PER_ADDRESS, this.#now);
    // The one that failed last is at the end; the one that has to go is the one that waited longest.
    this.#byAddress.delete(network);
    this.#byAddress.set(network, bucket);
    const [oldest] = this.#byAddress.keys();
    if (this.#byAddress.size > MOST_ADDRESSES && oldest !== undefined) this.#byAddress.delete(oldest);
    bucket.take();
    this.#overall.take();
  }
}

/** An IPv4 address, or the /64 of an IPv6 address: one host has all of its addresses. */
export function networkOf(address: string | undefined): string {
  // Peers of a unix socket do not have addresses.
  if (address === undefined) return 'unix';
  const plain = address.replace(/^::ffff:(?=[0-9.]+$)/i, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = (plain.split('%', 1)[0] as string).split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
