import { exhausted } from './endings.js';
import { LIMITS, type Rung } from './table.js';

/** What an episode has spent of what it may cost. */
export class Budget {
  private requests = 0;
  private attestations = 0;
  private resets = 0;
  private challenges = 0;
  private challengesToAttest = 0;
  private repeats = 0;

  /** Whether a challenge of an attestation had expired, or was refused. */
  get hasNewChallenge(): boolean {
    return this.challengesToAttest > 0;
  }

  /** @throws ClientError `throttled` */
  request(): void {
    this.requests += 1;
    if (this.requests > LIMITS.requests) throw exhausted('requests');
  }

  /** @throws ClientError `throttled` */
  attestation(): void {
    if (!this.hasAttestation) throw exhausted('attestations');
    this.attestations += 1;
  }

  get hasAttestation(): boolean {
    return this.attestations < (this.hasNewChallenge ? LIMITS.attestationsAfterInvalid : LIMITS.attestations);
  }

  /** Whether one is left. */
  reset(): boolean {
    this.resets += 1;
    return this.resets <= LIMITS.resets;
  }

  /** Whether one is left. */
  challenge(rung: Rung): boolean {
    this.challenges += 1;
    if (rung === 'attest' || rung === 'begin') this.challengesToAttest += 1;
    return this.challenges <= LIMITS.challenges;
  }

  /** Whether one is left. */
  repeat(): boolean {
    this.repeats += 1;
    return this.repeats <= 1;
  }
}
