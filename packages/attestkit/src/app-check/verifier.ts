import { ConfigurationError } from '../kernel/errors.js';
import type { OptionTypes } from '../kernel/config/options.js';
import { assertKeySource } from '../kernel/jose/key-source.js';
import { TokenVerifier } from '../kernel/jose/token-verifier.js';
import type { KeySource } from '../ports/keys.js';
import type { ReplayOptions } from './consume.js';
import { PROJECT_OPTIONS, readProject, type AppCheckProject } from './expectations.js';
import { ALGORITHM, tokenRules, type AppCheckResult } from './verify.js';

/** How App Check tokens are found and verified. With `consumer` or `store`, routes may have them consumed. */
export interface AppCheckOptions extends AppCheckProject, ReplayOptions {
  /** Firebase's keys: `remoteJwks(APP_CHECK_JWKS, { algorithm: 'RS256' })` of `attestkit/jwks`. */
  readonly keys: KeySource;
  /** How many verified tokens are remembered, so that a token sent again costs no cryptography; 0 for none. Default 1000. */
  readonly cache?: number | undefined;
}

export const VERIFIER_OPTIONS = {
  ...PROJECT_OPTIONS,
  keys: 'object',
  cache: 'number',
} as const satisfies OptionTypes;

/** Verifies one token after another; a promise only if keys have to be fetched. */
export type Verify = (token: string, now: number) => AppCheckResult | Promise<AppCheckResult>;

/**
 * Makes a verifier with a memory of its own.
 *
 * @throws ConfigurationError naming the option
 */
export function createVerifier(options: AppCheckOptions): Verify {
  const { keys, cache = 1000 } = options;
  const rules = readProject(options);
  assertKeys(keys);
  const verifier = new TokenVerifier(tokenRules(keys, rules), cache);
  return (token, now) => verifier.verify(token, now);
}

function assertKeys(keys: KeySource | undefined): void {
  const remedy = "Give remoteJwks(APP_CHECK_JWKS, { algorithm: 'RS256' }).";
  assertKeySource(keys, remedy);
  if (keys?.algorithms.length !== 1 || keys.algorithms[0] !== ALGORITHM)
    throw new ConfigurationError('keys', 'is for another algorithm than RS256', remedy);
}

/** Has a listener told of the requests to Firebase. */
export function watchOf({ keys, consumer }: AppCheckOptions): NonNullable<KeySource['watch']> {
  return (listener) => {
    keys.watch?.(listener);
    consumer?.watch?.(listener);
  };
}
