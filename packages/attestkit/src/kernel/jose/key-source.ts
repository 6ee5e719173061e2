import type { JwsAlgorithm, KeySource, VerificationKey } from '../../ports/keys.js';

/** A key source that is complete at start-up: its candidates never have to be fetched. */
export interface FixedKeySource extends KeySource {
  candidates(kid: string | undefined): readonly VerificationKey[];
}

/**
 * Keys as configured. A key without `kid` is a candidate for every token, so that several secrets can be in use
 * while one replaces the other; a key with one for tokens that name it, and, where it is the only key, for
 * tokens that name none.
 */
export function configuredKeys(algorithm: JwsAlgorithm, keys: readonly VerificationKey[]): FixedKeySource {
  const listed = new Set(keys);
  const anonymous = keys.filter((key) => key.kid === undefined);
  const unnamed = anonymous.length === 0 && keys.length === 1 ? keys : anonymous;
  return {
    algorithm,
    candidates: (kid) => {
      if (kid === undefined || anonymous.length === keys.length) return unnamed;
      return keys.filter((key) => key.kid === undefined || key.kid === kid);
    },
    includes: (key) => listed.has(key),
  };
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
