import { ConfigurationError } from '../kernel/errors.js';
import { assertOptions, type OptionTypes } from '../kernel/config/options.js';
import type { EnrollmentLimits } from '../ports/limits.js';
import { ipPrefix } from '../sessions/internal.js';
import { TokenBuckets } from './token-buckets.js';

/** How often addresses and devices may ask. Each instance of the server counts for itself. */
export interface LimitOptions {
  /** Uses of the endpoints a minute of one address: an IPv4 address, or a /64 of IPv6. Default 600. */
  readonly addressPerMinute?: number;
  /**
   * Uses of the endpoints a minute of one `device_id` from one address, and as many that were verified from all addresses.
   * Default 30.
   */
  readonly devicePerMinute?: number;
  /** Calls to Google and Firebase a minute that evidence of one address may cost. Default 10. */
  readonly remotePerMinute?: number;
  /**
   * New device records, and keys that replace others, an hour of one IPv4 address: a carrier puts thousands of phones behind
   * one. Default 300.
   */
  readonly newRecordsPerHour?: number;
  /** The same of a /64 of IPv6, which is one household or one phone. Default 60. */
  readonly newRecordsPerHourIpv6?: number;
  /**
   * As how many addresses all requests count together whose address the adapter does not know. Default 10: 6000 uses and 100
   * remote calls a minute, 3000 new records an hour, for everybody.
   */
  readonly unknownAddresses?: number;
}

export type Limits = Required<LimitOptions>;

const DEFAULTS: Limits = {
  addressPerMinute: 600,
  devicePerMinute: 30,
  remotePerMinute: 10,
  newRecordsPerHour: 300,
  newRecordsPerHourIpv6: 60,
  unknownAddresses: 10,
};

const MOST = 1_000_000;

/**
 * Reads the option `limits`.
 *
 * @throws ConfigurationError naming the option
 */
export function readLimits(options: LimitOptions = {}): Limits {
  const types: OptionTypes = Object.fromEntries(Object.keys(DEFAULTS).map((name) => [name, 'number']));
  assertOptions(options, types, 'devices.limits', 'devices.limits.');
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    if (Number.isInteger(value) && value >= 1 && value <= MOST) continue;
    const remedy = `Give a whole number from 1 to ${MOST}; a large one switches the limit off.`;
    throw new ConfigurationError(`devices.limits.${name}`, 'is not a number of uses', remedy);
  }
  return { ...DEFAULTS, ...Object.fromEntries(given) };
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** What one host has of an address. */
const HOST = { v4: 32, v6: 64 } as const;

/** Limits of what evidence costs elsewhere, and of how many records come to be. */
export function enrollmentLimits(limits: Limits, now: () => number): EnrollmentLimits {
  const calls = new TokenBuckets(now, MINUTE);
  const records = new TokenBuckets(now, HOUR);
  return {
    remote: (address) => {
      const size = address === undefined ? limits.unknownAddresses : 1;
      return calls.take(hostOf(address), limits.remotePerMinute * size);
    },
    newRecord: (address) => {
      const host = hostOf(address);
      if (address === undefined)
        return records.take(host, limits.newRecordsPerHour * limits.unknownAddresses);
      return records.take(
        host,
        host.endsWith('/64') ? limits.newRecordsPerHourIpv6 : limits.newRecordsPerHour,
      );
    },
  };
}

/** However an address is written, it is one name; other text, such as a proxy's own naming, is its own name. */
function hostOf(address: string | undefined): string {
  return address === undefined ? '' : (ipPrefix(address, HOST) ?? `x/${address.slice(0, 128)}`);
}
