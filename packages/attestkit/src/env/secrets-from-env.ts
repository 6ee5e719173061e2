import type { DevicesOptions } from '../devices/index.js';
import { ConfigurationError } from '../kernel/errors.js';
import { readSecrets } from '../sessions/internal.js';
import type { Environment } from './environment.js';

const CURRENT = 'JWT_SECRET';
const PREVIOUS = 'JWT_SECRET_PREVIOUS';
const HASH_KEY = 'ATTESTKIT_HASH_KEY';

const MAKE_ONE = 'Make one with: node -p "crypto.randomBytes(64).toString(\'base64\')"';

/** The secrets of a guard, and the variables that they come from, by the options that they are. */
export interface SecretsFromEnv {
  readonly options: Pick<DevicesOptions, 'secret' | 'hashKey'>;
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Reads `JWT_SECRET`, which signs; `JWT_SECRET_PREVIOUS`, which verifies beside it while one replaces the other; and
 * `ATTESTKIT_HASH_KEY`. Options win over variables.
 *
 * @throws ConfigurationError naming the variable
 */
export function secretsFromEnv(env: Environment, given: Partial<DevicesOptions>): SecretsFromEnv {
  const { [CURRENT]: current, [PREVIOUS]: previous, [HASH_KEY]: hash } = env;
  if (current === undefined && given.secret === undefined)
    throw new ConfigurationError(CURRENT, 'is not set', MAKE_ONE);
  if (previous !== undefined && given.secret !== undefined) {
    const remedy = 'Put both secrets into the option, the one that signs first, or leave the option out.';
    throw new ConfigurationError(
      PREVIOUS,
      'is set beside the option devices.secret, which has no place for it',
      remedy,
    );
  }
  const { allowPublishedSecret: allowed } = given;
  if (current !== undefined) readOne(CURRENT, current, allowed);
  if (previous !== undefined) readOne(PREVIOUS, previous, allowed);
  if (hash !== undefined) readOne(HASH_KEY, hash, allowed);
  if (current !== undefined && previous !== undefined) assertDifferent(current, previous, allowed);
  const secret = given.secret ?? (previous === undefined ? (current ?? '') : [current ?? '', previous]);
  const hashKey = given.hashKey ?? hash;
  return {
    options: {
      secret,
      ...(hashKey !== undefined && { hashKey }),
    },
    variables: {
      ...(given.secret === undefined && { 'devices.secret': CURRENT }),
      ...(given.hashKey === undefined && { 'devices.hashKey': HASH_KEY }),
    },
  };
}

/** A list would be one long secret that no other instance knows, and everybody would be logged out. */
function readOne(variable: string, text: string, allowPublished: boolean | undefined): void {
  if (text === '') throw new ConfigurationError(variable, 'is empty', 'Give it a value, or leave it unset.');
  if (text.includes(',')) {
    const remedy =
      variable === HASH_KEY
        ? 'It takes one key.'
        : `It takes one secret: put the one that signs into ${CURRENT}, and the one that only verifies into ${PREVIOUS}. ` +
          'A secret that has a comma itself goes into the option devices.secret.';
    throw new ConfigurationError(variable, 'has a comma', remedy);
  }
  readSecrets(text, variable, allowPublished);
}

function assertDifferent(current: string, previous: string, allowPublished: boolean | undefined): void {
  try {
    readSecrets([current, previous], PREVIOUS, allowPublished);
  } catch (cause) {
    if (!(cause instanceof ConfigurationError)) throw cause;
    const remedy = `Leave it out, or put there the secret that ${CURRENT} replaces or is replaced by.`;
    throw new ConfigurationError(PREVIOUS, `is the same secret as ${CURRENT}`, remedy, { cause });
  }
}
