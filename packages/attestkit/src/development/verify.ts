import { hash, type KeyObject } from 'node:crypto';
import { p256Point, p256Thumbprint } from '../kernel/asn1/cose.js';
import { isJsonObject, type JsonObject } from '../kernel/bytes/json.js';
import { enrollmentHash } from '../kernel/enrollment-hash.js';
import { checkClaims, type ClaimExpectations } from '../kernel/jose/claims.js';
import { readJwks } from '../kernel/jose/public-keys.js';
import { appraiseToken } from '../kernel/jose/token-verifier.js';
import { enforcing, mustRead } from '../kernel/sinks.js';
import type { AttestedKey } from '../ports/enrollment.js';
import type { FixedKeySource, VerificationKey } from '../ports/keys.js';
import { CLAIM_CHECKS } from './checks.js';
import { TOKEN_CHECKS } from './token-checks.js';

/** The media type of a development token, which no other token has. */
const TYPE = 'attestkit-development+jwt';

/** What a development token must meet. */
export interface DevelopmentRules {
  readonly keys: FixedKeySource;
  readonly claims: ClaimExpectations;
  readonly appIds: readonly string[];
  readonly deviceId: string;
  readonly challenge: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Verifies a token by which the development key vouches for the key of one installation: a compact JWS, not expired, of a
 * configured app, for this challenge and this device. Pure and synchronous.
 *
 * @throws AttestationError with one of the codes of the catalog, at the first check that does not hold
 */
export function verifyDevelopmentToken(
  token: string,
  rules: DevelopmentRules,
): { readonly appId: string; readonly key: AttestedKey } {
  const { keys, now } = rules;
  const { claims } = appraiseToken(
    token,
    {
      checks: TOKEN_CHECKS,
      types: [TYPE],
      keys,
      resultOf: (read) => ({ claims: read }),
      appraise: (read) => appraiseClaims(read, rules),
    },
    now,
    enforcing,
  );
  return { appId: claims['app_id'] as string, key: attestedKey(confirmedKey(claims)) };
}

function appraiseClaims(claims: JsonObject, expected: DevelopmentRules): void {
  const apps: readonly unknown[] = expected.appIds;
  const { app_id: appId, challenge, request_hash: requestHash } = claims;
  checkClaims(claims, expected.claims, expected.now, TOKEN_CHECKS, enforcing);
  enforcing.holds(CLAIM_CHECKS.appId, apps.includes(appId));
  enforcing.holds(CLAIM_CHECKS.challenge, challenge === expected.challenge);
  const hashed = enrollmentHash(expected.challenge, expected.deviceId);
  enforcing.holds(CLAIM_CHECKS.requestHash, requestHash === hashed);
}

/** The key in `cnf` (RFC 7800 §3.2). */
function confirmedKey({ cnf }: JsonObject): KeyObject {
  const isAlone = isJsonObject(cnf) && Object.keys(cnf).join() === 'jwk';
  const jwk = mustRead(enforcing, CLAIM_CHECKS.confirmation, isAlone ? cnf['jwk'] : undefined);
  const keys = readJwks({ keys: [jwk] }, 'ES256');
  // One key in, one key out, or a sentence that says why it cannot be used.
  enforcing.holds(CLAIM_CHECKS.key, typeof keys !== 'string', undefined, undefined, keys as string);
  const [read] = keys as readonly [VerificationKey];
  return read.key;
}

function attestedKey(key: KeyObject): AttestedKey {
  const spki = key.export({ type: 'spki', format: 'der' });
  const point = mustRead(enforcing, CLAIM_CHECKS.key, p256Point(spki));
  return {
    id: hash('sha256', point, 'base64url'),
    thumbprint: p256Thumbprint(point),
    publicKey: spki.toString('base64url'),
  };
}
