import { AttestationError } from '../kernel/errors.js';
import { assertKeySource } from '../kernel/jose/key-source.js';
import { appraiseToken } from '../kernel/jose/token-verifier.js';
import { assertOptions, type OptionTypes } from '../kernel/config/options.js';
import { enforcing } from '../kernel/sinks.js';
import type { Enrolled, EnrollmentEvidence } from '../ports/enrollment.js';
import type { KeySource } from '../ports/keys.js';
import { FIELD_CHECKS, POLICY_CHECKS } from './checks.js';
import { assertPublicKeyAlgorithm, tokenClaims, tokenRules, type SignedTokenResult } from './verify.js';

/** How an attester's tokens are verified. */
export interface SignedTokenOptions {
  /** The attester's keys: `remoteJwks` of `attestkit/jwks`, which pins the algorithm as well. */
  readonly keys: KeySource;
  /** The apps that are accepted, by bundle id; `app_id` has to be one of them, and `aud` has to name the same one. */
  readonly appIds: readonly string[];
  /** Accepted values of `iss`. Not checked unless given. */
  readonly issuer?: string | readonly string[] | undefined;
  /** Seconds by which the clocks may differ, 0 to 60. Default 0. */
  readonly leewaySeconds?: number | undefined;
}

const OPTIONS: OptionTypes = { keys: 'object', appIds: 'list', issuer: 'any', leewaySeconds: 'number' };

/**
 * A JWT of an attester that publishes a JWK Set, as evidence for enrollment: the body's field `token`. Its claims
 * are `aud` and `app_id` (the app), `device_id` and `challenge` (as in the body), and `exp`.
 *
 * The attester signs the device id, so no other device can enroll under it; there is no device key, so the device
 * cannot sign requests later.
 *
 * @throws ConfigurationError naming the option that cannot be right
 * @example
 * const keys = remoteJwks('https://attester.example.com/jwks.json', { algorithm: 'ES256' });
 * const evidence = [signedToken({ keys, appIds, issuer: 'https://attester.example.com' })];
 */
export function signedToken(options: SignedTokenOptions): EnrollmentEvidence<'signedToken'> {
  assertOptions(options, OPTIONS, 'signedToken');
  const { keys } = options;
  assertKeySource(keys, 'Give what remoteJwks returned.');
  for (const algorithm of keys.algorithms) assertPublicKeyAlgorithm(algorithm);
  const claims = tokenClaims(options);
  const appIds = [...options.appIds];

  return {
    kind: 'signedToken',
    fields: ['token'],
    watch: (listener) => keys.watch?.(listener),
    verify(fields, context) {
      const token = fields['token'];
      if (token === undefined || token === '') throw new AttestationError(FIELD_CHECKS.present);
      const { deviceId, challenge, now } = context;
      const rules = tokenRules(keys, { claims, appIds, deviceId, challenge });
      const verified = appraiseToken(token, rules, now, enforcing);
      return 'then' in verified ? verified.then((result) => enrolled(result, now)) : enrolled(verified, now);
    },
    appraise({ appId }) {
      enforcing.holds(POLICY_CHECKS.appAllowed, appIds.includes(appId));
    },
  };
}

function enrolled({ appId, claims: { iss, iat } }: SignedTokenResult, now: number): Enrolled {
  return {
    kind: 'signedToken',
    platform: 'unknown',
    appId,
    environment: 'unknown',
    integrity: 'app',
    // An attester whose clock is ahead must not make the evidence look younger than it is.
    attestedAt: typeof iat === 'number' ? Math.min(iat * 1000, now) : now,
    vouchesForDeviceId: true,
    facts: typeof iss === 'string' ? { issuer: iss } : {},
  };
}
