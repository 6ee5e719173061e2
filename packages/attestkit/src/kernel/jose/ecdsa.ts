import { sign, verify, type KeyObject } from 'node:crypto';
import { readPositive } from '../asn1/der-values.js';
import { readDer, readSequence } from '../asn1/der.js';

// Node's option `dsaEncoding` does the same, but Cloudflare's workerd does not take a KeyObject beside options. These
// signatures are converted here, so that the key stands alone: the same on every runtime, and no slower.

/** The bytes of `r` and `s` side by side, by Node's name of the curve (RFC 7518 §3.4). */
const SIDE_BY_SIDE: Readonly<Record<string, number>> = {
  secp224r1: 56,
  prime256v1: 64,
  secp384r1: 96,
  secp521r1: 132,
};

const INTEGER = 0x02;
const SEQUENCE = 0x30;

/** The length of a signature by this key; undefined if its curve is not one of NIST's. */
function sideBySideLength(key: KeyObject): number | undefined {
  return SIDE_BY_SIDE[key.asymmetricKeyDetails?.namedCurve ?? ''];
}

/** Whether `r` and `s` side by side (IEEE P1363), as long as the key's curve says, are its ECDSA signature. */
export function verifySideBySide(
  hash: string,
  signed: Uint8Array,
  key: KeyObject,
  signature: Uint8Array,
): boolean {
  return signature.length === sideBySideLength(key) && verify(hash, signed, key, toDer(signature));
}

/** Signs with ECDSA: `r` and `s` side by side, as RFC 7518 §3.4 encodes them. */
export function signSideBySide(hash: string, signed: Uint8Array, key: KeyObject): Buffer {
  const length = sideBySideLength(key);
  if (length === undefined) throw new TypeError('the key is not on a NIST curve');
  return fromDer(sign(hash, signed, key), length);
}

/** `SEQUENCE { r INTEGER, s INTEGER }` (RFC 3279 §2.2.3) of two halves of the same length, at most 122 bytes each. */
function toDer(signature: Uint8Array): Buffer {
  const half = signature.length >> 1;
  const [r, s] = [firstOctet(signature, 0, half), firstOctet(signature, half, signature.length)];
  const [rPad, sPad] = [padding(signature, r), padding(signature, s)];
  const [rLength, sLength] = [half - r + rPad, signature.length - s + sPad];
  const content = rLength + sLength + 4;
  const isLong = content > 0x7f;
  // Every octet is written below: those that may be a padding first.
  const der = Buffer.allocUnsafe(content + (isLong ? 3 : 2));
  let at = 0;
  der[at++] = SEQUENCE;
  if (isLong) der[at++] = 0x81;
  der[at++] = content;
  der[at++] = INTEGER;
  der[at++] = rLength;
  der[at] = 0;
  der.set(signature.subarray(r, half), at + rPad);
  at += rLength;
  der[at++] = INTEGER;
  der[at++] = sLength;
  der[at] = 0;
  der.set(signature.subarray(s), at + sPad);
  return der;
}

/** Where a number begins: at its first octet that is not zero, or at its last one. */
function firstOctet(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end - 1 && bytes[at] === 0) at += 1;
  return at;
}

/** How many octets of zero keep a number positive (X.690 §8.3.3). */
function padding(bytes: Uint8Array, at: number): 0 | 1 {
  return (bytes[at] ?? 0) > 0x7f ? 1 : 0;
}

/** @param der as OpenSSL has just written it */
function fromDer(der: Uint8Array, length: number): Buffer {
  const [r, s] = readSequence(readDer(der))?.map(readPositive) ?? [];
  if (r === undefined || s === undefined) throw new TypeError('the signature is not one of ECDSA in DER');
  const raw = Buffer.alloc(length);
  raw.set(r, length / 2 - r.length);
  raw.set(s, length - s.length);
  return raw;
}
