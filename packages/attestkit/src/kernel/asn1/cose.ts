import { hash } from 'node:crypto';
import { isCborMap, type CborValue } from '../bytes/cbor.js';

/** Members of a COSE key (RFC 9052 §7.1, RFC 9053 §7.1.1). */
const MEMBER = { kty: 1, alg: 3, crv: -1, x: -2, y: -3 } as const;

/** EC2, ES256, P-256 (RFC 9053 §2.1, §7.1). */
const EC2 = 2;
const ES256 = -7;
const P256 = 1;

/** What a SubjectPublicKeyInfo of P-256 begins with, before the uncompressed point (RFC 5480 §2). */
const SPKI_HEAD = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');

/** `04` and two coordinates of 32 bytes (SEC 1 §2.3.3). */
const POINT_SIZE = 65;

/**
 * The point of a COSE key for ES256 on P-256, uncompressed, 65 bytes; undefined if it is any other key, or has any
 * other member than the five that say so. Whether the point is on the curve is not looked at.
 */
export function readCoseKey(key: CborValue | undefined): Uint8Array | undefined {
  if (!isCborMap(key) || key.size !== 5) return undefined;
  if (key.get(MEMBER.kty) !== EC2 || key.get(MEMBER.alg) !== ES256 || key.get(MEMBER.crv) !== P256)
    return undefined;
  const x = key.get(MEMBER.x);
  const y = key.get(MEMBER.y);
  if (!(x instanceof Uint8Array && y instanceof Uint8Array && x.length === 32 && y.length === 32))
    return undefined;
  return Buffer.concat([Buffer.of(4), x, y]);
}

/** The uncompressed point of a SubjectPublicKeyInfo in DER, or undefined if it is not one of P-256. */
export function p256Point(spki: Uint8Array): Uint8Array | undefined {
  if (spki.length !== SPKI_HEAD.length + POINT_SIZE || spki[SPKI_HEAD.length] !== 4) return undefined;
  const isP256 = SPKI_HEAD.every((octet, index) => octet === spki[index]);
  return isP256 ? spki.subarray(SPKI_HEAD.length) : undefined;
}

/** The JWK thumbprint of a P-256 key (RFC 7638 §3), SHA-256, base64url. */
export function p256Thumbprint(point: Uint8Array): string {
  const coordinate = (from: number): string =>
    Buffer.from(point.subarray(from, from + 32)).toString('base64url');
  const jwk = `{"crv":"P-256","kty":"EC","x":"${coordinate(1)}","y":"${coordinate(33)}"}`;
  return hash('sha256', jwk, 'base64url');
}
