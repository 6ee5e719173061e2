import { exhausted } from './endings.js';
import {
  MOST_ATTESTATIONS,
  MOST_ATTESTATIONS_AFTER_INVALID,
  MOST_CHALLENGES,
  MOST_REQUESTS,
  MOST_RESETS,
} from './table.js';

/** What an episode may still cost. */
export interface Budget {
  /** @throws ClientError `throttled` */
  request(): void;
  /** @throws ClientError `throttled` */
  attestation(): void;
  hasAttestation(): boolean;
  /** Whether a challenge of an attestation had expired, or was refused. */
  hasNewChallenge(): boolean;
  /** Takes one. False if none was left. */
  reset(): boolean;
  /** @param isRefused that of an attestation had expired, or was refused */
  challenge(isRefused: boolean): boolean;
  repeat(): boolean;
}

export function newBudget(): Budget {
  let [requests, attestations, resets, challenges, refusedChallenges, repeats] = [0, 0, 0, 0, 0, 0];
  const hasNewChallenge = () => refusedChallenges > 0;
  const hasAttestation = () =>
    attestations < (hasNewChallenge() ? MOST_ATTESTATIONS_AFTER_INVALID : MOST_ATTESTATIONS);
  return {
    request() {
      if (++requests > MOST_REQUESTS) throw exhausted('requests');
    },
    attestation() {
      if (!hasAttestation()) throw exhausted('attestations');
      attestations += 1;
    },
    hasAttestation,
    hasNewChallenge,
    reset: () => ++resets <= MOST_RESETS,
    challenge(isRefused) {
      if (isRefused) refusedChallenges += 1;
      return ++challenges <= MOST_CHALLENGES;
    },
    repeat: () => ++repeats <= 1,
  };
}
