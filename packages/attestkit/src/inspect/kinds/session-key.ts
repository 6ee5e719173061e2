import type { JsonWebKey } from 'node:crypto';
import { unambiguousKeys } from '../../kernel/jose/key-source.js';
import { readJwks } from '../../kernel/jose/public-keys.js';
import { readSecrets, sessionKeySource, type SessionAlgorithm } from '../../sessions/internal.js';
import type { FixedKeySource } from '../../ports/keys.js';
import { unusable } from '../evidence-error.js';
import { onlyOne } from '../members.js';

/** The keys that a session token is inspected with: at most one of these. */
export interface SessionKeyMembers {
  /** The guard's `secret`: all of them, if there are several; a published one is taken too. */
  readonly secret?: string | readonly string[];
  /** PEM or JWK; needs `algorithm`. A PEM is the key of tokens that name it by its thumbprint (RFC 7638). */
  readonly publicKey?: string | JsonWebKey;
  /** The JWK Set that the server publishes; needs `algorithm`. */
  readonly jwks?: { readonly keys: readonly JsonWebKey[] };
}

export const SESSION_KEY_MEMBERS = ['secret', 'publicKey', 'jwks'] as const;

export const SESSION_ALGORITHMS = ['HS256', 'ES256', 'EdDSA'] as const;

/**
 * Makes the verifier's keys of the given members; no keys without them, so that every other check is still shown.
 *
 * @throws EvidenceError if there are several, or they do not go with the algorithm
 * @throws ConfigurationError if one cannot be read
 */
export function sessionKey(
  members: SessionKeyMembers & { readonly algorithm?: 'HS256' | SessionAlgorithm | undefined },
): FixedKeySource {
  const { algorithm, secret, publicKey, jwks } = members;
  const member = onlyOne(SESSION_KEY_MEMBERS, members, 'Give what the guard has.');
  if (member === undefined) return noKey(algorithm === undefined ? SESSION_ALGORITHMS : [algorithm]);
  if (secret !== undefined) {
    if (algorithm === undefined || algorithm === 'HS256')
      return sessionKeySource('secret', readSecrets(secret, 'secret', true));
    throw unusable('algorithm', 'is not one for a shared secret', 'Give publicKey or jwks with it.');
  }
  if (algorithm === undefined)
    throw unusable('algorithm', `is missing beside ${member}`, 'Give the key’s: ES256 or EdDSA.');
  if (algorithm === 'HS256')
    throw unusable('algorithm', 'is not one for public keys', 'Give the key’s: ES256 or EdDSA.');
  if (publicKey !== undefined) return sessionKeySource({ algorithm, publicKey }, []);
  const keys = readJwks(jwks, algorithm);
  if (typeof keys === 'string')
    throw unusable('jwks', `cannot be used: ${keys}`, 'Give the set that the server publishes.');
  const listed = unambiguousKeys(keys).map(({ key, kid }) => ({ algorithm, publicKey: key, kid }));
  return sessionKeySource(listed, []);
}

function noKey(algorithms: FixedKeySource['algorithms']): FixedKeySource {
  return { algorithms, candidates: () => [], includes: () => false };
}
