import { ConfigurationError } from '../errors.js';
import type { FixedKeySource, JwsAlgorithm, KeySource, VerificationKey } from '../../ports/keys.js';

/**
 * Keys as configured. A key without `kid` is a candidate for every token, so that several secrets can be in use
 * while one replaces the other; a key with one for tokens that name it, and, if it is the only key, for
 * tokens that do not name a key.
 */
export function configuredKeys(algorithm: JwsAlgorithm, keys: readonly VerificationKey[]): FixedKeySource {
  const listed = new Set(keys);
  const anonymous = keys.filter((key) => key.kid === undefined);
  const unnamed = anonymous.length === 0 && keys.length === 1 ? keys : anonymous;
  return {
    algorithms: [algorithm],
    candidates: (kid) => {
      if (kid === undefined || anonymous.length === keys.length) return unnamed;
      return keys.filter((key) => key.kid === undefined || key.kid === kid);
    },
    includes: (key) => listed.has(key),
  };
}

/** The keys of a JWK Set, of which a token means one. */
export function jwksSource(algorithm: JwsAlgorithm, keys: readonly VerificationKey[]): FixedKeySource {
  const listed = new Set(keys);
  return {
    algorithms: [algorithm],
    candidates: (kid) => selectFromJwks(keys, kid),
    includes: (key) => listed.has(key),
  };
}

/**
 * Checks what a caller without types may have given.
 *
 * @throws ConfigurationError naming `keys`
 */
export function assertKeySource(keys: Partial<KeySource> | undefined, remedy: string): void {
  const { algorithms, candidates, includes } = keys ?? {};
  if (Array.isArray(algorithms) && typeof candidates === 'function' && typeof includes === 'function') return;
  throw new ConfigurationError('keys', 'is not a source of keys', remedy);
}

/**
 * The key of a JWKS that a token means: the only one with its `kid`, or for a token without `kid` the only one of the
 * set. A `kid` that different keys have means none of them; the other keys stay usable.
 *
 * @param keys as `readJwks` gives them
 */
export function selectFromJwks(
  keys: readonly VerificationKey[],
  kid: string | undefined,
): readonly VerificationKey[] {
  const meant = kid === undefined ? keys : keys.filter((key) => key.kid === kid);
  return meant.length === 1 ? meant : [];
}

/** The keys of a JWKS without those that share their `kid` with a different key. */
export function unambiguousKeys(keys: readonly VerificationKey[]): readonly VerificationKey[] {
  return keys.filter(({ kid }) => kid === undefined || selectFromJwks(keys, kid).length === 1);
}
