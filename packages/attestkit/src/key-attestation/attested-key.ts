import { hash } from 'node:crypto';
import { isNull, readBitString, readOid, readPositive } from '../kernel/asn1/der-values.js';
import { readDer, readSequence } from '../kernel/asn1/der.js';
import type { AuthorizationList } from './description/authorization-list.js';

/** How an attested key signs requests; fixed by what its hardware says of it. */
export type SignatureAlgorithm =
  | `ecdsa-${'sha256' | 'sha384' | 'sha512'}`
  | `rsa-pkcs1-${'sha256' | 'sha384' | 'sha512'}`
  | `rsa-pss-${'sha256' | 'sha384' | 'sha512'}`
  | 'ed25519';

/** A public key, read from its SubjectPublicKeyInfo without importing it: not every Node can import every key. */
export interface AttestedPublicKey {
  /** `ec:prime256v1`, `rsa:2048`, `ed25519`; the object identifier of any other: `2.16.840.1.101.3.4.3.18` is ML-DSA-65. */
  readonly type: string;
  /** Makes the JWK SHA-256 thumbprint (RFC 7638), base64url; undefined if there is no JWK of the kind. */
  readonly thumbprint: (() => string) | undefined;
}

const EC = '1.2.840.10045.2.1';
const RSA = '1.2.840.113549.1.1.1';
const ED25519 = '1.3.101.112';

/** Curves by object identifier: OpenSSL's name, the JWK's, and the octets of a coordinate. */
const CURVES: Readonly<Record<string, readonly [name: string, crv: string, size: number] | undefined>> = {
  '1.2.840.10045.3.1.7': ['prime256v1', 'P-256', 32],
  '1.3.132.0.34': ['secp384r1', 'P-384', 48],
  '1.3.132.0.35': ['secp521r1', 'P-521', 66],
};

/** KeyMint's numbers. */
const DIGESTS = [
  [4, 'sha256'],
  [5, 'sha384'],
  [6, 'sha512'],
] as const;
const PADDING = { pss: 3, pkcs1: 5 } as const;

/** Bits of an RSA key that signs requests; KeyMint makes none that is larger. */
const MIN_MODULUS = 2048;
const MAX_MODULUS = 4096;

/** Octets of a key (RFC 8032 §5.1.5). */
const ED25519_SIZE = 32;

/**
 * Reads a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7); undefined for other bytes. Each key has one encoding only: with a
 * second one it could be enrolled twice.
 */
export function readPublicKey(spki: Uint8Array): AttestedPublicKey | undefined {
  const [algorithm, bits, more] = readSequence(readDer(spki)) ?? [];
  const [oidElement, parameters, other] = readSequence(algorithm) ?? [];
  const oid = readOid(oidElement);
  const key = readBitString(bits);
  if (oid === undefined || key === undefined || more !== undefined || other !== undefined) return undefined;
  if (oid === EC) return readPoint(readOid(parameters), key);
  if (oid === RSA) return isNull(parameters) ? readModulus(key) : undefined;
  if (oid !== ED25519) return { type: oid, thumbprint: undefined };
  if (parameters !== undefined || key.length !== ED25519_SIZE) return undefined;
  return {
    type: 'ed25519',
    thumbprint: () => thumbprintOf({ crv: 'Ed25519', kty: 'OKP', x: base64url(key) }),
  };
}

/** How a key signs requests; undefined if it cannot, or its hardware does not allow it. */
export function signatureAlgorithmOf(
  { type }: AttestedPublicKey,
  { digest = [], padding = [] }: AuthorizationList,
): SignatureAlgorithm | undefined {
  if (type === 'ed25519') return 'ed25519';
  const name = DIGESTS.find(([number]) => digest.includes(number))?.[1];
  if (name === undefined) return undefined;
  const [family, size] = type.split(':');
  if (family === 'ec') return `ecdsa-${name}`;
  if (family !== 'rsa' || Number(size) < MIN_MODULUS || Number(size) > MAX_MODULUS) return undefined;
  if (padding.includes(PADDING.pkcs1)) return `rsa-pkcs1-${name}`;
  return padding.includes(PADDING.pss) ? `rsa-pss-${name}` : undefined;
}

/** An uncompressed point (SEC 1 §2.3.3). */
function readPoint(curve: string | undefined, point: Uint8Array): AttestedPublicKey | undefined {
  if (curve === undefined) return undefined;
  const known = CURVES[curve];
  if (known === undefined) return { type: `ec:${curve}`, thumbprint: undefined };
  const [name, crv, size] = known;
  if (point[0] !== 4 || point.length !== 1 + 2 * size) return undefined;
  return {
    type: `ec:${name}`,
    thumbprint: () =>
      thumbprintOf({ crv, kty: 'EC', x: base64url(point, 1, 1 + size), y: base64url(point, 1 + size) }),
  };
}

/** RSAPublicKey (RFC 8017 appendix A.1.1). */
function readModulus(key: Uint8Array): AttestedPublicKey | undefined {
  const numbers = readSequence(readDer(key))?.map(readPositive);
  const [n, e] = numbers ?? [];
  if (numbers?.length !== 2 || n === undefined || e === undefined) return undefined;
  // RFC 8017 §3.1: odd, and 3 at least. With 1 anybody signs.
  if (((e.at(-1) as number) & 1) === 0 || (e.length === 1 && e[0] === 1)) return undefined;
  const size = n.length * 8 - (Math.clz32(n[0] ?? 0) - 24);
  return {
    type: `rsa:${size}`,
    thumbprint: () => thumbprintOf({ e: base64url(e), kty: 'RSA', n: base64url(n) }),
  };
}

const P256 = 'ec:prime256v1';

/** Octets of an uncompressed point of P-256, with which the one encoding of its SubjectPublicKeyInfo ends. */
const POINT = 65;

/** SHA-256, base64url: of the point of a P-256 key, as App Attest names its keys; of the SubjectPublicKeyInfo of any other. */
export function keyIdOf(key: Pick<AttestedPublicKey, 'type'> | undefined, spki: Uint8Array): string {
  return hash('sha256', key?.type === P256 ? spki.subarray(-POINT) : spki, 'base64url');
}

/** The members stand in the order of their names (RFC 7638 §3.3). */
function thumbprintOf(jwk: Readonly<Record<string, string | undefined>>): string {
  return hash('sha256', JSON.stringify(jwk), 'base64url');
}

function base64url(bytes: Uint8Array, start = 0, end = bytes.length): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url', start, end);
}
