import { hash } from 'node:crypto';
import { AttestationError, ConfigurationError } from '../kernel/errors.js';
import { Explanation } from '../kernel/explanation.js';
import type { OptionTypes } from '../kernel/config/options.js';
import type { AppCheckConsumer } from '../ports/google.js';
import type { Store } from '../ports/store.js';
import { CONSUME_CHECKS as CHECKS, TOKEN_CHECKS } from './checks.js';
import type { AppCheckResult } from './verify.js';

/** What remembers which tokens were used: `consumer` or `store`, not both. */
export interface ReplayOptions {
  /** Firebase remembers: `googleAppCheck` of `attestkit/google`. A call for each token. */
  readonly consumer?: AppCheckConsumer | undefined;
  /** This server's own store remembers the claim `jti`. */
  readonly store?: Store | undefined;
  /**
   * Consumes session tokens as well, which live for 30 minutes to 7 days: a token that was captured on another route
   * works here once. For apps whose SDK has nothing else: Firebase's Android SDK asked for session tokens in
   * `getLimitedUseAppCheckToken` until May 2026 (firebase-android-sdk#8204), and custom providers may do so still.
   * Default false.
   */
  readonly acceptSessionTokens?: boolean | undefined;
}

export const REPLAY_OPTIONS = {
  consumer: 'object',
  store: 'object',
  acceptSessionTokens: 'boolean',
} as const satisfies OptionTypes;

/**
 * Checks that a verified token can be consumed, and gives the step that consumes it: of all its uses exactly one gets past
 * that.
 *
 * @throws AttestationError ERR_APP_CHECK_TOKEN_LIMITED_USE_MISMATCH, ERR_APP_CHECK_JTI_MISSING
 */
export type Consume = (
  token: string,
  result: AppCheckResult,
  clock: () => number,
) => () => Promise<AppCheckResult>;

/** How long a consumption outlives its token, milliseconds: for clocks that are apart, and the leeway. */
const MARGIN_MS = 120_000;

/** The longest leeway: later than that, the token has expired while the request was waited for. */
const LEEWAY_MS = 60_000;

/**
 * Reads how tokens are consumed; undefined if they are not.
 *
 * @throws ConfigurationError naming the option
 */
export function readConsume(options: ReplayOptions): Consume | undefined {
  const { consumer, store, acceptSessionTokens = false } = options;
  if (consumer !== undefined && store !== undefined) {
    const remedy = 'Give one: Firebase remembers, or the store does.';
    throw new ConfigurationError('consumer', 'is given beside store', remedy);
  }
  if (consumer !== undefined && typeof consumer.consume !== 'function')
    throw new ConfigurationError(
      'consumer',
      'does not have the method consume',
      'Give what googleAppCheck returned.',
    );
  if (store !== undefined && typeof store.claim !== 'function')
    throw new ConfigurationError('store', 'is not a store', 'Give a store: memoryStore(), for example.');
  if (consumer === undefined && store === undefined && acceptSessionTokens) {
    const remedy = 'Give a consumer (googleAppCheck) or a store, or leave it out.';
    throw new ConfigurationError('acceptSessionTokens', 'is set, and nothing consumes tokens', remedy);
  }
  const assertUsable = acceptSessionTokens ? undefined : assertLimited;
  if (consumer !== undefined)
    return (token, result) => {
      assertUsable?.(result);
      return () => consumeAtFirebase(consumer, token, result);
    };
  if (store === undefined) return undefined;
  return (_token, result, clock) => {
    assertUsable?.(result);
    const { tokenId } = result;
    if (tokenId === undefined) throw new AttestationError(CHECKS.identified);
    return () => consumeInStore(store, result, tokenId, clock());
  };
}

/** A session token is meant for many requests: an attacker who captured one could spend it here. */
function assertLimited({ limitedUse }: AppCheckResult): void {
  if (!limitedUse) throw new AttestationError(CHECKS.limited, { cause: new Explanation(OLD_SDK) });
}

const OLD_SDK =
  'the app sent a session token; if it asks for a limited-use token, its SDK cannot give one: ' +
  'Firebase’s Android SDK could not before May 2026 (firebase-android-sdk#8204), and a custom provider may still not; ' +
  'update the app, or set acceptSessionTokens, which consumes session tokens too';

async function consumeInStore(
  store: Store,
  result: AppCheckResult,
  jti: string,
  now: number,
): Promise<AppCheckResult> {
  // A client can send a body as slowly as it likes, and come after the first consumption is forgotten.
  if (now > result.expiresAt + LEEWAY_MS) throw new AttestationError(TOKEN_CHECKS.expired);
  // Of this issuer: another one may have the same `jti`.
  const key = `app-check/${hash('sha256', JSON.stringify([result.claims['iss'], jti]), 'base64url')}`;
  const ttlMs = Math.ceil(Math.max(0, result.expiresAt - now)) + MARGIN_MS;
  if (!(await store.claim(key, ttlMs))) throw new AttestationError(CHECKS.unused);
  return { ...result, consumed: true };
}

async function consumeAtFirebase(
  consumer: AppCheckConsumer,
  token: string,
  result: AppCheckResult,
): Promise<AppCheckResult> {
  const consumption = await consumer.consume(token);
  switch (consumption.outcome) {
    case 'consumed':
      if (consumption.already !== false) throw new AttestationError(CHECKS.unused);
      return { ...result, consumed: true };
    case 'invalid':
      throw new AttestationError(CHECKS.accepted);
    case 'misconfigured':
      throw new AttestationError(CHECKS.configured, { cause: new Error(consumption.problem) });
    case 'throttled':
    case 'unavailable': {
      const { outcome, problem, retryAfter } = consumption;
      const check = outcome === 'throttled' ? CHECKS.quota : CHECKS.reachable;
      throw new AttestationError(check, { cause: new Error(problem), retryAfter });
    }
  }
}
