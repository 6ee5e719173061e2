import { AttestationError } from '../kernel/errors.js';
import { enforcing } from '../kernel/sinks.js';
import { CHALLENGE_CHECKS as CHECKS } from './challenge-checks.js';
import { authenticateChallenge, type AuthenticChallenge, type ChallengePurpose } from './challenge.js';
import type { Context } from './context.js';
import { storeKeys } from './store-keys.js';

/** How long a consumption outlives its challenge: for clocks that are apart. */
const MARGIN_MS = 60_000;

/** @throws AttestationError where the challenge is not this server's, for this device and this purpose, and alive */
export function readChallenge(
  { keys, now }: Context,
  challenge: string,
  expected: { readonly deviceId: string; readonly purpose: ChallengePurpose },
): AuthenticChallenge {
  return authenticateChallenge(keys.challenge, challenge, { ...expected, now: now() }, enforcing);
}

/**
 * Consumes a challenge: of all its uses exactly one gets past this.
 *
 * @throws AttestationError ERR_CHALLENGE_USED
 */
export async function consumeChallenge(
  { store, now }: Context,
  challenge: AuthenticChallenge,
): Promise<void> {
  // What has expired meanwhile is still kept as used, for instances whose clocks are behind.
  const ttlMs = Math.max(0, challenge.expiresAt - now()) + MARGIN_MS;
  if (!(await store.claim(storeKeys.challenge(challenge.id), ttlMs)))
    throw new AttestationError(CHECKS.unused);
}
