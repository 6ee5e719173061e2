import { ConfigurationError } from '../kernel/errors.js';
import type { DevicesOptions } from '../devices/index.js';
import { DEVICES_OPTIONS } from '../devices/internal.js';
import { assertOptions } from '../kernel/config/options.js';
import { remoteJwks } from '../net/index.js';
import type { EnrollmentEvidence } from '../ports/enrollment.js';
import { LONGEST_SECONDS } from '../sessions/internal.js';
import { signedToken } from '../signed-token/index.js';
import { memoryStore } from '../stores/memory.js';
import { readSeconds, settingOf, type Environment } from './environment.js';
import type { SecretsFromEnv } from './secrets-from-env.js';

/** Whether the environment, or what stands beside it, asks for devices. */
export function hasDevices(env: Environment, given: Partial<DevicesOptions> | undefined): boolean {
  const variables = ['JWT_SECRET', 'JWT_SECRET_PREVIOUS', 'APPLE_PUBLIC_KEYS_URL', 'APP_BUNDLE_ID'];
  return given !== undefined || variables.some((variable) => env[variable] !== undefined);
}

/** @throws ConfigurationError naming the variable */
export function devicesFromEnv(
  env: Environment,
  given: Partial<DevicesOptions>,
  secrets: SecretsFromEnv,
): DevicesOptions {
  assertOptions(given, DEVICES_OPTIONS, 'devices', 'devices.');
  const attester = attesterFromEnv(env);
  const evidence = [...(given.evidence ?? []), ...(attester === undefined ? [] : [attester])];
  if (evidence.length === 0) {
    const remedy =
      'Set it to the JWK Set of your attester, or give the option devices: { evidence: [appAttest({ … })] }. ' +
      'If JWT_SECRET belongs to something else, and no devices enroll here: env: { ...process.env, JWT_SECRET: undefined }.';
    throw new ConfigurationError('APPLE_PUBLIC_KEYS_URL', 'is not set, and devices cannot enroll', remedy);
  }
  const expirySeconds = readSeconds(env, 'JWT_EXPIRY_SECONDS', LONGEST_SECONDS.expirySeconds);
  const longest = LONGEST_SECONDS.challengeExpirySeconds;
  const challengeExpirySeconds = readSeconds(env, 'CHALLENGE_EXPIRY_SECONDS', longest);
  return {
    store: memoryStore(),
    ...(challengeExpirySeconds !== undefined && { challengeExpirySeconds }),
    ...given,
    evidence,
    ...secrets.options,
    sessions: { ...(expirySeconds !== undefined && { expirySeconds }), ...given.sessions },
  };
}

function attesterFromEnv(env: Environment): EnrollmentEvidence | undefined {
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
