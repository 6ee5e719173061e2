import { createHmac, type KeyObject } from 'node:crypto';
import type { JwsAlgorithm } from '../../ports/keys.js';
import { equalBytes } from '../bytes/equal-bytes.js';
import { verifySignature } from '../jose/jwa.js';

/** A signature algorithm (RFC 9421 §3.3). */
export type HttpSignatureAlgorithm =
  | 'rsa-pss-sha512'
  | 'rsa-v1_5-sha256'
  | 'hmac-sha256'
  | 'ecdsa-p256-sha256'
  | 'ecdsa-p384-sha384'
  | 'ed25519';

/** The same signatures by the names of RFC 7518 and RFC 8037: the key and the bytes are the same. */
const AS_JWS: Readonly<Record<Exclude<HttpSignatureAlgorithm, 'hmac-sha256'>, JwsAlgorithm>> = {
  'rsa-pss-sha512': 'PS512',
  'rsa-v1_5-sha256': 'RS256',
  'ecdsa-p256-sha256': 'ES256',
  'ecdsa-p384-sha384': 'ES384',
  ed25519: 'EdDSA',
};

/**
 * Whether a signature over a base is by the key, with the algorithm that the caller pins.
 *
 * @param base ASCII
 */
export function verifyHttpSignature(
  algorithm: HttpSignatureAlgorithm,
  key: KeyObject,
  base: string,
  signature: Uint8Array,
): boolean {
  if (algorithm === 'hmac-sha256')
    return equalBytes(createHmac('sha256', key).update(base, 'latin1').digest(), signature);
  return verifySignature({ algorithm: AS_JWS[algorithm], key }, base, signature);
}
