import type { JsonWebKey } from 'node:crypto';
import { AttestationError, ConfigurationError } from '../../kernel/errors.js';
import { verifySignature } from '../../kernel/jose/jwa.js';
import { MAX_TOKEN_LENGTH } from '../../kernel/jose/jws.js';
import { signingInput, signJws } from '../../kernel/jose/sign-jws.js';
import type { FixedKeySource, JwsAlgorithm, VerificationKey } from '../../ports/keys.js';
import type { Secrets } from './derived-keys.js';
import { SESSION_SIGNER_CHECKS as CHECKS } from './session-checks.js';
import { readSessionKeys, type ReadKey, type SessionSigner, type SessionKey } from './session-keys.js';
import { SESSION_TYP, type SessionClaims } from './session-token.js';

/** What issues session tokens, and what verifies them. */
export interface SessionKeys {
  /**
   * Signs a token with the first key; a promise only if the signer is the user's own.
   *
   * @throws AttestationError ERR_SESSION_SIGNER_FAILED (or rejects with it)
   */
  sign(claims: SessionClaims): string | Promise<string>;
  readonly source: FixedKeySource;
  /** The public keys, for relying parties (RFC 7517 §5): empty if tokens are signed with the secret. */
  jwks(): { readonly keys: readonly JsonWebKey[] };
}

/**
 * Reads the keys of session tokens. The first signs, all verify, each token by the one that its `kid` names: to
 * replace a key, put the new one before it, and take the old one away when its last token has expired.
 *
 * @param configured `secret` for HS256 by keys derived from the secrets
 * @throws ConfigurationError if a key cannot be read or does not fit its algorithm, two are the same, or the
 *   first cannot sign
 */
export function sessionKeys(configured: SessionKey | readonly SessionKey[], secrets: Secrets): SessionKeys {
  const keys = readSessionKeys(configured, secrets);
  const { verification, signing } = keys[0] as ReadKey;
  if (signing === undefined) {
    const remedy = 'Put the key first that signs: with privateKey, or with sign.';
    throw new ConfigurationError('devices.sessions.keys', 'begins with a key that does not sign', remedy);
  }
  const header = { typ: SESSION_TYP, kid: verification.kid };
  const { algorithm } = verification;
  const sign =
    'key' in signing
      ? (claims: SessionClaims) => capped(signJws({ algorithm, key: signing.key }, header, { ...claims }))
      : (claims: SessionClaims) =>
          signElsewhere(signing.sign, verification, { alg: algorithm, ...header }, claims);
  const published = publicKeys(keys);
  return { sign, source: sourceOf(keys), jwks: () => ({ keys: published.map((jwk) => ({ ...jwk })) }) };
}

/**
 * The same keys for verifying alone: none of them has to be one that signs.
 *
 * @throws ConfigurationError as `sessionKeys`
 */
export function sessionKeySource(
  configured: SessionKey | readonly SessionKey[],
  secrets: Secrets,
): FixedKeySource {
  return sourceOf(readSessionKeys(configured, secrets));
}

function sourceOf(keys: readonly ReadKey[]): FixedKeySource {
  const byKid = new Map(keys.map(({ verification }) => [verification.kid, [verification]]));
  const listed = new Set<VerificationKey>(keys.map(({ verification }) => verification));
  const algorithms = [...new Set<JwsAlgorithm>(keys.map(({ verification }) => verification.algorithm))];
  return {
    algorithms,
    candidates: (kid, algorithm) => {
      const named = kid === undefined ? undefined : byKid.get(kid);
      // An inspector goes on behind a header without an algorithm.
      return named !== undefined && named[0]?.algorithm === algorithm ? named : [];
    },
    includes: (key) => listed.has(key),
  };
}

function publicKeys(keys: readonly ReadKey[]): readonly JsonWebKey[] {
  const asymmetric = keys.filter(({ verification }) => verification.key.type === 'public');
  return asymmetric.map(({ verification: { key, kid, algorithm } }) => {
    const { kty, crv, x, y } = key.export({ format: 'jwk' });
    return { kty, crv, x, ...(y !== undefined && { y }), kid, use: 'sig', alg: algorithm } as JsonWebKey;
  });
}

/** A signer that gives back DER, or signs with another key, must not be found out by the clients. */
async function signElsewhere(
  sign: SessionSigner['sign'],
  verification: VerificationKey,
  header: { readonly alg: JwsAlgorithm; readonly typ: string; readonly kid: string },
  claims: SessionClaims,
): Promise<string> {
  const input = signingInput(header, { ...claims });
  let made: Uint8Array;
  try {
    made = await sign(Buffer.from(input, 'latin1'));
  } catch (cause) {
    throw new AttestationError(CHECKS.signed, { cause });
  }
  const signature = made instanceof Uint8Array ? Buffer.from(made).toString('base64url') : '';
  if (!verifySignature(verification, input, signature)) throw new AttestationError(CHECKS.signed);
  return capped(`${input}.${signature}`);
}

/** What would not be read again is not given out. */
function capped(token: string): string {
  if (token.length <= MAX_TOKEN_LENGTH) return token;
  throw new AttestationError(CHECKS.signed, { cause: new RangeError('the session token is too long') });
}
