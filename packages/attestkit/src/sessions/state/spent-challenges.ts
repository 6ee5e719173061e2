import { AttestationError } from '../../kernel/errors.js';
import { enforcing } from '../../kernel/sinks.js';
import { CHALLENGE_CHECKS as CHECKS } from '../tokens/challenge-checks.js';
import {
  authenticateChallenge,
  type AuthenticChallenge,
  type ChallengePurpose,
} from '../tokens/challenge.js';
import type { Context } from '../context.js';
import { MARGIN_MS, MAX_SPENT, type Marks } from './device-record.js';
import { storeKeys } from './store-keys.js';

/** @throws AttestationError if the challenge is not this server's, for this device and this purpose, and alive */
export function readChallenge(
  { keys, settings, now }: Context,
  challenge: string,
  expected: { readonly deviceId: string; readonly purpose: ChallengePurpose },
): AuthenticChallenge {
  const lifetimeMs = settings.challengeExpirySeconds * 1000;
  return authenticateChallenge(keys.challenge, challenge, { ...expected, now: now(), lifetimeMs }, enforcing);
}

/**
 * Consumes a challenge: of all its uses exactly one gets past this.
 *
 * @throws AttestationError (rejects with it) ERR_CHALLENGE_REUSED
 */
export async function consumeChallenge(
  { store, now }: Context,
  challenge: AuthenticChallenge,
): Promise<void> {
  // What has expired meanwhile is still kept as used, for instances whose clocks are behind.
  const ttlMs = Math.max(0, challenge.expiresAt - now()) + MARGIN_MS;
  if (!(await store.claim(storeKeys.spent(challenge.id), ttlMs))) throw new AttestationError(CHECKS.unused);
}

/**
 * Holds a challenge to those that led to a write under its label.
 *
 * @throws AttestationError ERR_CHALLENGE_REUSED, ERR_CHALLENGE_EXPIRED, ERR_CHALLENGE_LIMIT
 */
export function assertUnspent({ spent, spentFloor }: Marks, { id, expiresAt }: AuthenticChallenge): void {
  if (spent.some(([challengeId]) => challengeId === id)) throw new AttestationError(CHECKS.unused);
  if (expiresAt <= spentFloor) throw new AttestationError(CHECKS.expired);
  if (spent.length >= MAX_SPENT) throw new AttestationError(CHECKS.few);
}
