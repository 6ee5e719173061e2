import { BoundedCache } from '../kernel/bounded-cache.js';

/** One use of an endpoint: who is counted. */
export interface EndpointUse {
  /** `challenge`, `attest`, `refresh`, `assert` or `revoke`. */
  readonly endpoint: string;
  /** Keyed hash of the peer's address, where the adapter knows it. */
  readonly address: string | undefined;
  /** Keyed hash of the device id, where the request has one. */
  readonly device: string | undefined;
}

/** Says whether one more use is allowed; what it throws, or rejects with, refuses as unavailable. */
export type Limiter = (use: EndpointUse) => boolean | Promise<boolean>;

interface Bucket {
  tokens: number;
  at: number;
}

/** Uses per minute. Many phones share one address behind a carrier's NAT. */
const PER_ADDRESS = 600;
const PER_DEVICE = 30;

/** Addresses and devices that are remembered; one that is forgotten starts with a full bucket. */
const CAPACITY = 50_000;

/**
 * Token buckets in this process's memory: 600 uses a minute of one address, 30 of one device from there. Several instances each
 * count for themselves; a limit across them is the application's own `limiter`, or a proxy's.
 */
export function tokenBuckets(now: () => number): Limiter {
  const buckets = new BoundedCache<Bucket>(CAPACITY);
  const take = (key: string, perMinute: number): boolean => {
    const at = now();
    const bucket = buckets.get(key) ?? { tokens: perMinute, at };
    const refilled = bucket.tokens + (Math.max(0, at - bucket.at) * perMinute) / 60_000;
    const tokens = Math.min(perMinute, refilled);
    buckets.set(key, { tokens: tokens < 1 ? tokens : tokens - 1, at });
    return tokens >= 1;
  };
  return ({ address, device }) => {
    // An address that says no is remembered, and not each device id that it makes up: they would push others out.
    if (address !== undefined && !take(`a/${address}`, PER_ADDRESS)) return false;
    // Of this address: a device id is a label that others may know, and must not be able to use up.
    return device === undefined || take(`d/${address}/${device}`, PER_DEVICE);
  };
}
