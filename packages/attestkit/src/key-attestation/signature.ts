import { verify, type KeyObject } from 'node:crypto';
import type { BoundedCache } from '../kernel/bounded-cache.js';
import { isOfModulus } from '../kernel/jose/jwa.js';
import { verifyPss } from '../kernel/jose/rsa-pss.js';
import { importSpki } from '../kernel/asn1/spki.js';
import type { SignatureAlgorithm } from './attested-key.js';

/** Bytes of a signature: of RSA-4096 512. */
export const MAX_SIGNATURE = 1024;

const ALGORITHM = /^(?:(ecdsa|rsa-pkcs1|rsa-pss)-(sha256|sha384|sha512)|(ed25519))$/;

/** Node's names of the types of keys. */
const KEY_TYPES: Readonly<Record<string, string>> = { ecdsa: 'ec', 'rsa-pkcs1': 'rsa', 'rsa-pss': 'rsa' };

/** Whether a text names an algorithm that keys are enrolled with. */
export function isSignatureAlgorithm(text: unknown): text is SignatureAlgorithm {
  return typeof text === 'string' && ALGORITHM.test(text);
}

/**
 * Whether a signature is the key's by the algorithm that was fixed when it was enrolled: as `java.security.Signature`
 * makes it, of ECDSA in DER.
 *
 * @param publicKey SubjectPublicKeyInfo in DER, base64url
 */
export function isRequestSignature(
  signed: Uint8Array,
  signature: Uint8Array,
  { publicKey, algorithm }: { readonly publicKey: string; readonly algorithm: SignatureAlgorithm },
  keys: BoundedCache<KeyObject>,
): boolean {
  const [, family = 'ed25519', digest] = ALGORITHM.exec(algorithm) ?? [];
  try {
    const key = keys.get(publicKey) ?? importSpki(Buffer.from(publicKey, 'base64url'));
    if (key === undefined) return false;
    keys.set(publicKey, key);
    const type = KEY_TYPES[family] ?? family;
    if (key.asymmetricKeyType !== type || (type === 'rsa' && !isOfModulus(key, signature))) return false;
    // Android's PSS has a salt of the length of the hash.
    if (family === 'rsa-pss' && digest !== undefined) return verifyPss(digest, signed, key, signature);
    return verify(digest, signed, key, signature);
  } catch {
    return false; // A key that OpenSSL refuses to use with the hash.
  }
}
