import { verify, type KeyObject } from 'node:crypto';
import type { JwsAlgorithm, VerificationKey } from '../../ports/keys.js';
import { verifySideBySide } from './ecdsa.js';
import { HmacVerifier } from './hmac.js';
import { verifyPss } from './rsa-pss.js';

interface Algorithm {
  /** How the signature is made. */
  readonly family: 'hmac' | 'rsa' | 'rsa-pss' | 'ecdsa' | 'eddsa';
  readonly hash: string;
  /** `kty` of a JWK that fits. */
  readonly kty: 'oct' | 'RSA' | 'EC' | 'OKP';
  /** `crv` of a JWK that fits, and OpenSSL's name of it, where the algorithm fixes it. */
  readonly curves: Readonly<Record<string, string>>;
  /** Bytes of the MAC, or of the signature where the algorithm fixes them (RFC 7518 §3.2, §3.4). */
  readonly length: number | undefined;
}

const hmac = (bits: number): Algorithm => ({
  family: 'hmac',
  hash: `sha${bits}`,
  kty: 'oct',
  curves: {},
  length: bits / 8,
});
const rsa = (family: 'rsa' | 'rsa-pss', bits: number): Algorithm => ({
  family,
  hash: `sha${bits}`,
  kty: 'RSA',
  curves: {},
  length: undefined,
});
const ecdsa = (bits: number, crv: string, name: string, length: number): Algorithm => ({
  family: 'ecdsa',
  hash: `sha${bits}`,
  kty: 'EC',
  curves: { [crv]: name },
  length,
});

/** RFC 7518 §3.1; EdDSA: RFC 8037 §3.1. */
export const ALGORITHMS: Readonly<Record<JwsAlgorithm, Algorithm>> = {
  HS256: hmac(256),
  HS384: hmac(384),
  HS512: hmac(512),
  RS256: rsa('rsa', 256),
  RS384: rsa('rsa', 384),
  RS512: rsa('rsa', 512),
  PS256: rsa('rsa-pss', 256),
  PS384: rsa('rsa-pss', 384),
  PS512: rsa('rsa-pss', 512),
  ES256: ecdsa(256, 'P-256', 'prime256v1', 64),
  ES384: ecdsa(384, 'P-384', 'secp384r1', 96),
  ES512: ecdsa(512, 'P-521', 'secp521r1', 132),
  EdDSA: {
    family: 'eddsa',
    hash: '',
    kty: 'OKP',
    curves: { Ed25519: 'ed25519', Ed448: 'ed448' },
    length: undefined,
  },
};

/** Whether `signature`, canonical base64url or its bytes, is the key’s by its pinned algorithm over the signing input (ASCII). */
export function verifySignature(
  verification: VerificationKey,
  signingInput: string,
  signature: string | Uint8Array,
): boolean {
  const { algorithm, key } = verification;
  const { family, hash, length } = ALGORITHMS[algorithm];
  if (family === 'hmac')
    return typeof signature === 'string' && hmacVerifier(verification, hash).verify(signingInput, signature);
  const signed = octetsOf(signingInput);
  const bytes = typeof signature === 'string' ? Buffer.from(signature, 'base64url') : signature;
  if (length !== undefined && bytes.length !== length) return false;
  switch (family) {
    case 'rsa':
      return isOfModulus(key, bytes) && verify(hash, signed, key, bytes);
    case 'rsa-pss':
      return isOfModulus(key, bytes) && verifyPss(hash, signed, key, bytes);
    case 'ecdsa':
      return verifySideBySide(hash, signed, key, bytes);
    case 'eddsa':
      return verify(null, signed, key, bytes);
  }
}

/** Where each text that is verified is written, one after another: new octets for each would be most of what a verification allocates. */
const scratch = Buffer.allocUnsafeSlow(8192);

/** The octets of a text in ASCII, until the next text. */
function octetsOf(text: string): Uint8Array {
  if (text.length > scratch.length) return Buffer.from(text, 'latin1');
  return scratch.subarray(0, scratch.write(text, 'latin1'));
}

/**
 * Whether an RSA signature is as long as the modulus (RFC 8017 §8.1.2 and §8.2.2, step 1). OpenSSL takes one of PSS
 * without its leading zeros for the same.
 */
export function isOfModulus(key: KeyObject, signature: Uint8Array): boolean {
  return signature.length === Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8);
}

/** By the verification key, since the pads of a secret are others for another hash. */
const verifiers = new WeakMap<VerificationKey, HmacVerifier>();

function hmacVerifier(verification: VerificationKey, hash: string): HmacVerifier {
  const made = verifiers.get(verification) ?? new HmacVerifier(hash, verification.key);
  verifiers.set(verification, made);
  return made;
}
