import { hash } from 'node:crypto';
import { AttestationError, ConfigurationError } from '../kernel/errors.js';
import type { OptionTypes } from '../kernel/options.js';
import type { AppCheckConsumer } from '../ports/google.js';
import type { Store } from '../ports/store.js';
import { CONSUME_CHECKS as CHECKS } from './checks.js';
import type { AppCheckResult } from './verify.js';

/** Where it is remembered which tokens were used; one of the two. */
export interface ReplayOptions {
  /** Firebase remembers: `googleAppCheck` of `attestkit/google`. A call for each token. */
  readonly consumer?: AppCheckConsumer | undefined;
  /** This server's own store remembers the claim `jti`. */
  readonly store?: Store | undefined;
}

export const REPLAY_OPTIONS = { consumer: 'object', store: 'object' } as const satisfies OptionTypes;

/**
 * Holds a verified token to be one that can be consumed, and gives the step that consumes it: of all its uses exactly one
 * gets past that.
 *
 * @throws AttestationError ERR_APP_CHECK_TOKEN_NOT_LIMITED
 */
export type Consume = (token: string, result: AppCheckResult, now: number) => () => Promise<AppCheckResult>;

/** How long a consumption outlives its token, milliseconds: for clocks that are apart, and the leeway. */
const MARGIN_MS = 120_000;

/**
 * Reads how tokens are consumed; undefined where they are not.
 *
 * @throws ConfigurationError naming the option
 */
export function readConsume({ consumer, store }: ReplayOptions): Consume | undefined {
  if (consumer !== undefined && store !== undefined) {
    const remedy = 'Give one: Firebase remembers, or the store does.';
    throw new ConfigurationError('consumer', 'is given beside store', remedy);
  }
  if (consumer !== undefined && typeof consumer.consume !== 'function')
    throw new ConfigurationError('consumer', 'consumes nothing', 'Give what googleAppCheck returned.');
  if (store !== undefined && typeof store.claim !== 'function')
    throw new ConfigurationError('store', 'is not a store', 'Give a store: memoryStore(), for example.');
  if (consumer !== undefined) return (token, result) => () => consumeAtFirebase(consumer, token, result);
  if (store === undefined) return undefined;
  return (_token, result, now) => {
    const jti = assertLimited(result);
    return () => consumeInStore(store, result, jti, now);
  };
}

/**
 * Holds a token to be for a single use, as only limited-use tokens are: another one is presented many times.
 *
 * @throws AttestationError ERR_APP_CHECK_TOKEN_NOT_LIMITED
 */
export function assertLimited({ jti }: AppCheckResult): string {
  if (jti === undefined) throw new AttestationError(CHECKS.limited);
  return jti;
}

async function consumeInStore(
  store: Store,
  result: AppCheckResult,
  jti: string,
  now: number,
): Promise<AppCheckResult> {
  // Of this issuer: another one may have the same `jti`.
  const key = `app-check/${hash('sha256', JSON.stringify([result.claims['iss'], jti]), 'base64url')}`;
  const ttlMs = Math.ceil(Math.max(0, result.exp * 1000 - now)) + MARGIN_MS;
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
