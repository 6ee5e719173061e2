import { AttestationError } from '../../kernel/errors.js';
import type { EnrollmentEvidence, KeyProof, Signer } from '../../ports/enrollment.js';
import type { Context } from '../context.js';
import { POINTER_MS, type DeviceRecord } from '../state/device-record.js';
import { PROOF_CHECKS as CHECKS } from './proof-checks.js';
import { storeKeys } from '../state/store-keys.js';

/** A kind of evidence whose keys sign, with how they do. */
export interface SigningEvidence extends EnrollmentEvidence {
  readonly proof: KeyProof;
}

/** The kind whose proofs come under this parameter: `assertion` is App Attest's. */
export function evidenceOfProof(
  enrollment: readonly EnrollmentEvidence[],
  parameter: string,
): SigningEvidence | undefined {
  return enrollment.find((each): each is SigningEvidence => each.proof?.parameter === parameter);
}

/** A proof that verified. Its counter has not been spent yet. */
export interface VerifiedProof {
  readonly keyId: string;
  /** Undefined if proofs of this kind do not count. */
  readonly counter: number | undefined;
}

/**
 * Verifies a proof by a key, and nothing of what its device is worth by now.
 *
 * @throws AttestationError
 */
export function verifyProof(
  evidence: SigningEvidence,
  signer: Signer,
  signed: { readonly clientData: Uint8Array; readonly proof: string },
): VerifiedProof {
  // A key of another kind of evidence signs by other rules.
  if (signer.kind !== evidence.kind) throw new AttestationError(CHECKS.keyKnown);
  const counter = evidence.proof.verify(signer, signed.clientData, signed.proof);
  return { keyId: signer.key.id, counter };
}

/**
 * Spends a proof's counter: of all that carry the same one, exactly one gets past this.
 *
 * @param record of the device, if it is known: the counter must not end before it
 * @throws AttestationError (rejects with it) ERR_ASSERTION_COUNTER_REUSED
 */
export async function spendProof(
  { store, settings, now }: Context,
  { keyId, counter }: VerifiedProof,
  record?: Pick<DeviceRecord, 'expiresAt'>,
): Promise<void> {
  if (counter === undefined) return;
  const { counterWindow: window, idleMs } = settings;
  // The term of the record may have been longer than it is configured now.
  const lifeMs = Math.max(idleMs, (record?.expiresAt ?? 0) - now());
  const options = { window, ttlMs: lifeMs + POINTER_MS };
  if (!(await store.advance(storeKeys.count(keyId), counter, options)))
    throw new AttestationError(CHECKS.counter);
}
