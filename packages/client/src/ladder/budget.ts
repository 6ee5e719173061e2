import { exhausted } from './endings.js';
import { LIMITS, type Rung } from './table.js';

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
  challenge(rung: Rung): boolean;
  repeat(): boolean;
}

export function newBudget(): Budget {
  let [requests, attestations, resets, challenges, challengesToAttest, repeats] = [0, 0, 0, 0, 0, 0];
  const hasNewChallenge = () => challengesToAttest > 0;
  const hasAttestation = () =>
    attestations < (hasNewChallenge() ? LIMITS.attestationsAfterInvalid : LIMITS.attestations);
  return {
    request() {
      if (++requests > LIMITS.requests) throw exhausted('requests');
    },
    attestation() {
      if (!hasAttestation()) throw exhausted('attestations');
      attestations += 1;
    },
    hasAttestation,
    hasNewChallenge,
    reset: () => ++resets <= LIMITS.resets,
    challenge(rung) {
      if (rung === 'attest' || rung === 'begin') challengesToAttest += 1;
      return ++challenges <= LIMITS.challenges;
    },
    repeat: () => ++repeats <= 1,
  };
}
