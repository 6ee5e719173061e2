import { ConfigurationError } from '../kernel/errors.js';
import type { EnrolmentOptions } from '../endpoints/internal.js';
import { remoteJwks } from '../net/index.js';
import type { EnrolmentEvidence } from '../ports/enrolment.js';
import { LONGEST_SECONDS } from '../sessions/internal.js';
import { signedToken } from '../signed-token/index.js';
import { memoryStore } from '../stores/memory.js';
import { readSeconds, settingOf, type Environment } from './environment.js';
import type { SecretsFromEnv } from './secrets-from-env.js';

/** Whether the environment, or what stands beside it, asks for sessions. */
export function hasSessions(env: Environment, { enrolment }: EnrolmentOptions): boolean {
  const variables = ['JWT_SECRET', 'JWT_SECRET_PREVIOUS', 'APPLE_PUBLIC_KEYS_URL', 'APP_BUNDLE_ID'];
  return enrolment !== undefined || variables.some((variable) => env[variable] !== undefined);
}

/** @throws ConfigurationError naming the variable */
export function sessionsFromEnv(
  env: Environment,
  given: EnrolmentOptions,
  secrets: SecretsFromEnv,
): EnrolmentOptions {
  const attester = attesterFromEnv(env);
  const enrolment = [...(given.enrolment ?? []), ...(attester === undefined ? [] : [attester])];
  if (enrolment.length === 0) {
    const remedy =
      'Set it to the JWK Set of your attester, or give the option enrolment: [appAttest({ … })].';
    throw new ConfigurationError('APPLE_PUBLIC_KEYS_URL', 'is not set, and devices cannot enrol', remedy);
  }
  const expirySeconds = readSeconds(env, 'JWT_EXPIRY_SECONDS', LONGEST_SECONDS.expirySeconds);
  const longest = LONGEST_SECONDS.challengeExpirySeconds;
  const challengeExpirySeconds = readSeconds(env, 'CHALLENGE_EXPIRY_SECONDS', longest);
  return {
    ...given,
    enrolment,
    ...secrets.options,
    store: given.store ?? memoryStore(),
    sessions: {
      ...(expirySeconds !== undefined && { expirySeconds }),
      ...(challengeExpirySeconds !== undefined && { challengeExpirySeconds }),
      ...given.sessions,
    },
  };
}

function attesterFromEnv(env: Environment): EnrolmentEvidence | undefined {
  const { APPLE_PUBLIC_KEYS_URL: url, APP_BUNDLE_ID: appId } = env;
  if (url === undefined && appId === undefined) return undefined;
  if (url === undefined || appId === undefined) {
    const [missing, present] =
      url === undefined
        ? ['APPLE_PUBLIC_KEYS_URL', 'APP_BUNDLE_ID']
        : ['APP_BUNDLE_ID', 'APPLE_PUBLIC_KEYS_URL'];
    throw new ConfigurationError(missing, `is not set beside ${present}`, 'Set both, or neither.');
  }
  const keys = settingOf({ url: 'APPLE_PUBLIC_KEYS_URL' }, () => remoteJwks(url, { algorithm: 'ES256' }));
  return signedToken({ keys, appIds: [appId] });
}
