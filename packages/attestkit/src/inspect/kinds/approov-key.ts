import { createSecretKey, type JsonWebKey } from 'node:crypto';
import { approovKeys } from '../../approov/index.js';
import { ALGORITHMS } from '../../kernel/jose/jwa.js';
import { configuredKeys } from '../../kernel/jose/key-source.js';
import type { FixedKeySource } from '../../ports/keys.js';
import { decodeAnySecret } from '../../kernel/config/secrets.js';
import type { JwsAlgorithm } from '../../ports/keys.js';
import { unusable } from '../evidence-error.js';
import { onlyOne } from '../members.js';

/** The key that a token is inspected with: at most one of these. */
export interface ApproovKeyMembers {
  /** The account secret in base64; a published one is taken too. */
  readonly secretBase64?: string;
  /** The account secret in base64url. */
  readonly secretBase64url?: string;
  /** PEM or JWK; needs `algorithm`. */
  readonly publicKey?: string | JsonWebKey;
  /** A JWK Set; needs `algorithm`. */
  readonly jwks?: { readonly keys: readonly JsonWebKey[] };
}

export const KEY_MEMBERS = ['secretBase64', 'secretBase64url', 'publicKey', 'jwks'] as const;

/**
 * Makes the verifier's keys of the given members; no keys without them, so that every other check is still shown.
 *
 * @throws EvidenceError if there are several, or they do not go with the algorithm
 * @throws ConfigurationError if one cannot be read
 */
export function approovKey(
  members: ApproovKeyMembers & { readonly algorithm?: JwsAlgorithm | undefined },
): FixedKeySource {
  const member = onlyOne(KEY_MEMBERS, members, 'Give the one key of the token.');
  const { algorithm, publicKey, jwks, secretBase64, secretBase64url } = members;
  if (member === undefined) return configuredKeys(algorithm ?? 'HS256', []);
  if (publicKey !== undefined || jwks !== undefined) {
    if (algorithm === undefined)
      throw unusable('algorithm', `is missing beside ${member}`, 'Give the key’s: ES256, for example.');
    const options = publicKey === undefined ? { jwks, algorithm } : { publicKey, algorithm };
    return approovKeys(options as Parameters<typeof approovKeys>[0]);
  }
  const { family, length = 0 } = ALGORITHMS[algorithm ?? 'HS256'];
  if (family !== 'hmac')
    throw unusable('algorithm', 'is not one for a shared secret', 'Give publicKey or jwks with it.');
  const encoding = secretBase64 === undefined ? 'base64url' : 'base64';
  const secret = decodeAnySecret(secretBase64 ?? secretBase64url, encoding, member, length);
  const key = { algorithm: algorithm ?? 'HS256', key: createSecretKey(secret) };
  return configuredKeys(key.algorithm, [key]);
}
