import { APP_CHECK_JWKS, appCheck } from '../app-check/index.js';
import { ConfigurationError } from '../kernel/errors.js';
import { remoteJwks } from '../net/index.js';
import { settingOf, type Environment } from './environment.js';

const PROJECT = 'FIREBASE_PROJECT_NUMBER';
const APPS = 'FIREBASE_APP_IDS';

/** What an option of `appCheck` is called in the environment. */
const VARIABLES: Readonly<Record<string, string>> = { projectNumber: PROJECT, appIds: APPS };

/** Seconds that Firebase lets its keys be kept. */
const KEYS_MAX_AGE = 21_600;

/**
 * Firebase App Check, where the environment names a project; undefined if it does not.
 *
 * @throws ConfigurationError naming the variable
 */
export function appCheckFromEnv(env: Environment): ReturnType<typeof appCheck> | undefined {
  const { [PROJECT]: projectNumber, [APPS]: apps } = env;
  if (projectNumber === undefined && apps === undefined) return undefined;
  if (projectNumber === undefined || apps === undefined) {
    const [missing, present] = apps === undefined ? [APPS, PROJECT] : [PROJECT, APPS];
    throw new ConfigurationError(missing, `is not set beside ${present}`, 'Set both, or neither.');
  }
  return settingOf(VARIABLES, () =>
    appCheck({
      projectNumber,
      appIds: apps.split(',').map((app) => app.trim()),
      keys: remoteJwks(APP_CHECK_JWKS, { algorithm: 'RS256', maxAgeSeconds: KEYS_MAX_AGE }),
    }),
  );
}
