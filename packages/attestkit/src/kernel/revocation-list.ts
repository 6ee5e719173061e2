import type { RevocationList } from '../ports/revocations.js';
import { isJsonObject, readJsonObject } from './bytes/json.js';
import { ambiguities } from './bytes/unsigned-json.js';

/** Google's list has three objects in each other. */
const MAX_DEPTH = 8;

/**
 * Reads Google's certificate revocation status list, once for all that is asked of it later, or gives undefined:
 * `{"entries":{"<serial>":{"status":"REVOKED"|"SUSPENDED",…}}}`.
 *
 * Serials are compared in lower-case hexadecimal without leading zeros; old entries are decimal. Every entry refuses but
 * one of the status `OK`, whatever its `reason` and `expires`: the status of a certificate that expired still counts.
 *
 * A list without entries is one too, as tests need it: the caller means it. Google's has thousands; what fetches it
 * looks at `size`.
 *
 * @param document parsed JSON
 * @example
 * const list = readRevocationList(await response.json());
 * console.log(list?.isRevoked('f1c172a699eaf51d'));
 */
export function readRevocationList(document: unknown): RevocationList | undefined {
  return readEntries(document, new Set());
}

/**
 * Reads the same from unsigned bytes. JSON.parse keeps the last of two entries for one serial, which would take
 * back a revocation; here a serial refuses if it, or a name in its entry, is there twice. The list itself is not
 * refused for that: lists that were put together from several are published with such entries, and no list at all would
 * keep every device out.
 */
export function readRevocationJson(bytes: Buffer): RevocationList | undefined {
  const document = readJsonObject(bytes);
  if (document === undefined) return undefined;
  const ambiguous = new Set<string>();
  for (const path of ambiguities(bytes.toString('utf8'), MAX_DEPTH)) {
    const [member, serial] = path;
    if (member !== 'entries' || serial === undefined || path.length > MAX_DEPTH) return undefined;
    ambiguous.add(serial);
  }
  return readEntries(document, ambiguous);
}

function readEntries(document: unknown, ambiguous: ReadonlySet<string>): RevocationList | undefined {
  const entries = isJsonObject(document) ? document['entries'] : undefined;
  if (!isJsonObject(entries)) return undefined;
  const refused = Object.keys(entries).filter((name) => ambiguous.has(name) || !isGood(entries[name]));
  const serials = new Set(refused.map(normalize));
  return Object.freeze({
    size: serials.size,
    isRevoked: (serial: string): boolean => {
      const hex = normalize(serial);
      return serials.has(hex) || serials.has(decimal(hex));
    },
  });
}

function isGood(entry: unknown): boolean {
  return isJsonObject(entry) && entry['status'] === 'OK';
}

function normalize(serial: string): string {
  return serial.toLowerCase().replace(/^0+(?=.)/, '');
}

function decimal(hex: string): string {
  return /^[0-9a-f]{1,128}$/.test(hex) ? BigInt(`0x${hex}`).toString() : hex;
}
