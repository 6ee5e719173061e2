import { TokenBuckets } from './token-buckets.js';
import type { Limits } from './limits.js';

/**
 * Says whether one more use is allowed; what it throws, or rejects with, refuses as unavailable. It is called at each step of
 * a request: count the address at the step `address` alone.
 */
export type Limiter = (use: {
  /** `challenge`, `attest`, `refresh`, `assert` or `revoke`. */
  readonly endpoint: string;
  /**
   * `address`: asked before anything of the request's body is read. `device`: asked once the device id is known, before
   * anything is verified. `verified`: told, and not asked, when the request of a device was accepted.
   */
  readonly step: 'address' | 'device' | 'verified';
  /** Keyed hash of the peer's address, where the adapter knows it. */
  readonly address: string | undefined;
  /** Keyed hash of the device id; undefined at the step `address`, and if the request does not have one. */
  readonly device: string | undefined;
}) => boolean | Promise<boolean>;

/** One step of the use of an endpoint: who is counted. */
export type EndpointUse = Parameters<Limiter>[0];

/** All requests whose address is unknown. */
const UNKNOWN = 'u';

/**
 * Token buckets in this process's memory: by default 600 uses a minute of one address, 30 of one device from there, and 30
 * verified ones of one device from everywhere. Several instances each count for themselves; a limit across them is the
 * application's own `limiter`, or a proxy's.
 */
export function tokenBuckets(limits: Limits, now: () => number): Limiter {
  const buckets = new TokenBuckets(now, 60_000);
  const { addressPerMinute, devicePerMinute, unknownAddresses } = limits;
  return ({ step, address, device }) => {
    if (step === 'address')
      return address === undefined
        ? buckets.take(UNKNOWN, addressPerMinute * unknownAddresses)
        : buckets.take(`a/${address}`, addressPerMinute);
    if (device === undefined) return true;
    const everywhere = `d/${device}`;
    if (step === 'verified') return buckets.take(everywhere, devicePerMinute);
    // A device id is a label that others may know: by itself it is used up only by requests that were verified.
    if (!buckets.has(everywhere, devicePerMinute)) return false;
    return address === undefined || buckets.take(`d/${address}/${device}`, devicePerMinute);
  };
}
