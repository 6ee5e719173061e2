import { AttestationError } from '../kernel/errors.js';
import type { EnrolmentEvidence, KeyProof } from '../ports/enrolment.js';
import type { Context } from './context.js';
import { spendCounter } from './counter-window.js';
import type { Enrolment } from './device-record.js';
import { PROOF_CHECKS as CHECKS } from './proof-checks.js';

/** A kind of evidence whose keys sign, with how they do. */
export interface SigningEvidence extends EnrolmentEvidence {
  readonly proof: KeyProof;
}

/** The kind whose proofs come under this parameter: `assertion` is App Attest's. */
export function evidenceOfProof(
  enrolment: readonly EnrolmentEvidence[],
  parameter: string,
): SigningEvidence | undefined {
  return enrolment.find((each): each is SigningEvidence => each.proof?.parameter === parameter);
}

/** A proof that verified. Its counter has not been spent yet. */
export interface VerifiedProof {
  readonly kind: string;
  readonly keyId: string;
  /** Undefined where proofs of this kind have none. */
  readonly counter: number | undefined;
}

/**
 * Verifies a proof by an enrolled key, and holds what the key was enrolled with to the policy of now.
 *
 * @throws AttestationError
 */
export function verifyProof(
  evidence: SigningEvidence,
  { enrolled }: Enrolment,
  signed: { readonly clientData: Uint8Array; readonly proof: string; readonly now: number },
): VerifiedProof {
  const { clientData, proof, now } = signed;
  const counter = evidence.proof.verify(enrolled, clientData, proof, now);
  evidence.appraise(enrolled, now);
  return { kind: evidence.kind, keyId: enrolled.key?.id ?? '', counter };
}

/**
 * Spends a proof's counter: of all that carry the same one, exactly one gets past this.
 *
 * @throws AttestationError ERR_ASSERTION_COUNTER
 */
export async function spendProof({ store, settings }: Context, proof: VerifiedProof): Promise<void> {
  const { kind, keyId, counter } = proof;
  if (counter === undefined) return;
  if (!(await spendCounter(store, { kind, id: keyId }, counter, settings.counterWindow)))
    throw new AttestationError(CHECKS.counter);
}
