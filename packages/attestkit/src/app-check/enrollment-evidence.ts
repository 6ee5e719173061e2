import { AttestationError, ConfigurationError } from '../kernel/errors.js';
import { assertOptions, type OptionTypes } from '../kernel/config/options.js';
import { enforcing } from '../kernel/sinks.js';
import type { Enrolled, EnrollmentEvidence } from '../ports/enrollment.js';
import { CLAIM_CHECKS, FIELD_CHECKS, POLICY_CHECKS } from './checks.js';
import { readConsume, REPLAY_OPTIONS } from './consume.js';
import { createVerifier, VERIFIER_OPTIONS, watchOf, type AppCheckOptions } from './verifier.js';
import { isDebug, type AppCheckResult } from './verify.js';

/** How devices enroll with App Check tokens; `consumer` or `store` is a must. */
export interface AppCheckEnrollmentOptions extends AppCheckOptions {
  /**
   * Must be true: no App Check token is bound to challenge or device, so anyone with an unused token can enroll with it.
   */
  readonly allowUnbound: boolean;
}

const OPTIONS: OptionTypes = { ...VERIFIER_OPTIONS, ...REPLAY_OPTIONS, allowUnbound: 'boolean' };

/**
 * Firebase App Check as evidence for enrollment: field `app_check_token` of the body, a limited-use token, which is always
 * consumed. It says that the app is genuine and nothing of the device; there is no key, so the device cannot sign
 * requests later. At every refresh the app and its provider must still be allowed.
 *
 * @throws ConfigurationError naming the option that cannot be right
 * @example
 * const keys = remoteJwks(APP_CHECK_JWKS, { algorithm: 'RS256' });
 * const evidence = [appCheckEnrollment({ keys, projectNumber, appIds, store, allowUnbound: true })];
 */
export function appCheckEnrollment(options: AppCheckEnrollmentOptions): EnrollmentEvidence<'appCheck'> {
  assertOptions(options, OPTIONS, 'appCheckEnrollment');
  if (options.allowUnbound !== true) {
    const remedy =
      'Prefer App Attest, Key Attestation or Play Integrity; or set it to true, knowing the risk.';
    throw new ConfigurationError('allowUnbound', 'is not true, and no App Check token is bound', remedy);
  }
  // Each is sent once.
  const verify = createVerifier({ ...options, cache: 0 });
  const consume = readConsume(options);
  if (consume === undefined) {
    const remedy = 'Give a consumer (googleAppCheck) or a store.';
    throw new ConfigurationError('consumer', 'is not set, and tokens have to be consumed', remedy);
  }
  const appIds = [...options.appIds];
  const { allowDebugProvider = false } = options;

  return {
    kind: 'appCheck',
    fields: ['app_check_token'],
    watch: watchOf(options),
    async verify(fields, { now, consumeChallenge }) {
      const token = fields['app_check_token'];
      if (token === undefined || token === '') throw new AttestationError(FIELD_CHECKS.present);
      const result = await verify(token, now);
      const use = consume(token, result, () => now);
      // Nothing ties the token to it: first the challenge, or a used one would cost a genuine token.
      await consumeChallenge();
      return enrolled(await use(), now);
    },
    appraise({ appId, facts }) {
      enforcing.holds(POLICY_CHECKS.configured, appIds.includes(appId));
      enforcing.holds(CLAIM_CHECKS.debug, allowDebugProvider || !isDebug(facts['provider']));
    },
  };
}

function enrolled({ appId, platform, issuedAt, provider, notes }: AppCheckResult, now: number): Enrolled {
  return {
    kind: 'appCheck',
    platform: platform === 'web' ? 'unknown' : platform,
    appId,
    environment: isDebug(provider) ? 'development' : 'unknown',
    integrity: 'app',
    // A clock that is ahead must not make the evidence look younger than it is.
    attestedAt: Math.min(issuedAt, now),
    facts: { ...(provider !== undefined && { provider }) },
    ...(notes.length > 0 && { notes }),
  };
}
