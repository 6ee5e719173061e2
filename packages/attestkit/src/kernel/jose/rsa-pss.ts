import { constants, createSign, createVerify, type JsonWebKey, type KeyObject } from 'node:crypto';

// Written for Cloudflare's workerd too. It does not take a KeyObject beside options, so the key goes in as a JWK, which
// OpenSSL reads in a fraction of the time that DER takes. And its `verify` and `sign` take the options and ignore them:
// they would accept PKCS #1 v1.5 instead of PSS. `createVerify` and `createSign` heed them on every runtime.

const PSS = constants.RSA_PKCS1_PSS_PADDING;

/** The JWK of a public key, which every verification needs. */
const exported = new WeakMap<KeyObject, JsonWebKey>();

/**
 * Whether an RSASSA-PSS signature (RFC 8017 §8.1.2, with MGF1 of the same hash) is the key's.
 *
 * @param key public, RSA
 * @param saltLength in bytes, or one of Node's constants. Default: the length of the hash (RFC 7518 §3.5)
 */
export function verifyPss(
  hash: string,
  signed: Uint8Array,
  key: KeyObject,
  signature: Uint8Array,
  saltLength: number = constants.RSA_PSS_SALTLEN_DIGEST,
): boolean {
  let jwk = exported.get(key);
  if (jwk === undefined) {
    jwk = key.export({ format: 'jwk' });
    exported.set(key, jwk);
  }
  const options = { key: jwk, format: 'jwk', padding: PSS, saltLength } as const;
  return createVerify(hash).update(signed).verify(options, signature);
}

/** Signs with RSASSA-PSS, with a salt of the length of the hash. */
export function signPss(hash: string, signed: Uint8Array, key: KeyObject): Buffer {
  const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
  // Not kept: the private key is not copied.
  const options = { key: key.export({ format: 'jwk' }), format: 'jwk', padding: PSS, saltLength } as const;
  return createSign(hash).update(signed).sign(options);
}
