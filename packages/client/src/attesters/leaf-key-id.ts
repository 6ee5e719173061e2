import { base64url, decodeBase64 } from '../bytes/base64.js';
import { sha256 } from '../bytes/sha256.js';
import { AttesterError } from '../ports.js';

/** SubjectPublicKeyInfo of a key on P-256, up to its point (RFC 5480): 26 bytes before 65. */
const P256 = [
  0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
  0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/** The seventh member of a TBSCertificate with a version (RFC 5280 §4.1): serial, algorithm, issuer, validity and subject come before. */
const BEFORE_THE_KEY = 6;

/**
 * The id of the key that a chain attests: base64url(SHA-256) of the point of a key on P-256, of any other of its SubjectPublicKeyInfo.
 *
 * @param leaf the first certificate, base64 or base64url of DER
 * @throws AttesterError `unknown` if it is not a certificate
 */
export function keyIdOfLeaf(leaf: string): string {
  const der = decodeBase64(leaf);
  const spki = der && publicKeyOf(der);
  if (spki === undefined)
    throw new AttesterError('unknown', 'the platform’s first certificate cannot be read');
  const isP256 = spki.length === P256.length + 65 && P256.every((byte, at) => spki[at] === byte);
  return base64url(sha256(isP256 ? spki.subarray(P256.length) : spki));
}

function publicKeyOf(der: Uint8Array): Uint8Array | undefined {
  const certificate = contentAt(der, 0);
  const tbs = certificate && contentAt(der, certificate.start);
  let at = tbs?.start;
  for (let member = 0; member < BEFORE_THE_KEY && at !== undefined; member += 1) at = contentAt(der, at)?.end;
  const key = at === undefined ? undefined : contentAt(der, at);
  return key === undefined || key.end > (tbs?.end ?? 0) ? undefined : der.slice(at, key.end);
}

/** Where the content of a value in DER begins and ends; undefined if it does not fit. */
function contentAt(
  der: Uint8Array,
  at: number,
): { readonly start: number; readonly end: number } | undefined {
  const first = der[at + 1];
  if (first === undefined) return undefined;
  const octets = first < 0x80 ? 0 : first & 0x7f;
  if (octets > 3) return undefined;
  let length = octets === 0 ? first : 0;
  for (let octet = 0; octet < octets; octet += 1) length = length * 256 + (der[at + 2 + octet] ?? 0);
  const start = at + 2 + octets;
  const end = start + length;
  return end <= der.length ? { start, end } : undefined;
}
