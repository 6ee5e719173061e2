import type { RevocationList } from '../ports/revocations.js';
import { isJsonObject } from './json.js';

/**
 * Reads Google's certificate revocation status list, once for all that is asked of it later, or gives undefined:
 * `{"entries":{"<serial>":{"status":"REVOKED"|"SUSPENDED",…}}}`.
 *
 * Serials are compared in lower-case hexadecimal without leading zeros; old entries are decimal. Every entry refuses but
 * one of the status `OK`, whatever its `reason` and `expires`: the status of a certificate that expired still counts.
 *
 * @param document parsed JSON
 */
export function readRevocationList(document: unknown): RevocationList | undefined {
  const entries = isJsonObject(document) ? document['entries'] : undefined;
  if (!isJsonObject(entries)) return undefined;
  const refused = Object.keys(entries).filter((name) => !isGood(entries[name]));
  const serials = new Set(refused.map(normalise));
  return Object.freeze({
    size: serials.size,
    isRevoked: (serial: string): boolean => {
      const hex = normalise(serial);
      return serials.has(hex) || serials.has(decimal(hex));
    },
  });
}

function isGood(entry: unknown): boolean {
  return isJsonObject(entry) && entry['status'] === 'OK';
}

function normalise(serial: string): string {
  return serial.toLowerCase().replace(/^0+(?=.)/, '');
}

function decimal(hex: string): string {
  return /^[0-9a-f]{1,64}$/.test(hex) ? BigInt(`0x${hex}`).toString() : hex;
}
