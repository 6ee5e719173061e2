import { BoundedCache } from '../kernel/bounded-cache.js';
import { ConfigurationError } from '../kernel/errors.js';
import { freezeJson } from '../kernel/bytes/json.js';
import { KnownHeaders, type ParsedJws } from '../kernel/jose/jws.js';
import type { OptionTypes } from '../kernel/config/options.js';
import { enforcing } from '../kernel/sinks.js';
import type { KeySource, VerificationKey } from '../ports/keys.js';
import { PROJECT_OPTIONS, readProject, type AppCheckProject } from './expectations.js';
import { ALGORITHM, appraiseClaims, parseToken, verifyToken, type AppCheckResult } from './verify.js';

/** How tokens are verified. */
export interface AppCheckVerifierOptions extends AppCheckProject {
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

/** Verifies one token after another; a promise only where keys have to be fetched. */
export type Verify = (token: string, now: number) => AppCheckResult | Promise<AppCheckResult>;

interface Verified {
  readonly result: AppCheckResult;
  readonly key: VerificationKey;
}

/**
 * Makes a verifier with a memory of its own. A token that it remembers is held to its claims again, and its key to
 * the source of keys.
 *
 * @throws ConfigurationError naming the option
 */
export function createVerifier(options: AppCheckVerifierOptions): Verify {
  const { keys, cache: capacity = 1000 } = options;
  const rules = readProject(options);
  assertKeys(keys);
  if (!Number.isInteger(capacity) || capacity < 0)
    throw new ConfigurationError('cache', 'is not a number of tokens', 'Give a whole number; 0 for none.');
  const cache = capacity === 0 ? undefined : new BoundedCache<Verified>(capacity);
  const known = new KnownHeaders();

  const verifyWith = (
    candidates: readonly VerificationKey[],
    token: string,
    jws: ParsedJws,
    now: number,
  ): AppCheckResult => {
    const { result, key } = verifyToken(jws, candidates, rules, now, enforcing);
    known.remember(jws);
    // Shared with later requests from here on.
    cache?.set(token, { result: freezeJson(result), key: key as VerificationKey });
    return result;
  };

  return (token, now) => {
    const hit = cache?.get(token);
    if (hit !== undefined && keys.includes(hit.key)) {
      appraiseClaims(hit.result.claims, rules, now, enforcing);
      return hit.result;
    }
    const jws = parseToken(token, enforcing, known);
    const candidates = keys.candidates(jws.kid);
    if ('then' in candidates) return candidates.then((fetched) => verifyWith(fetched, token, jws, now));
    return verifyWith(candidates, token, jws, now);
  };
}

function assertKeys(keys: KeySource | undefined): void {
  const isSource = typeof keys?.candidates === 'function' && typeof keys.includes === 'function';
  if (isSource && keys.algorithm === ALGORITHM) return;
  const problem = isSource ? 'is for another algorithm than RS256' : 'is not a source of keys';
  throw new ConfigurationError('keys', problem, `Give remoteJwks(APP_CHECK_JWKS, { algorithm: 'RS256' }).`);
}
