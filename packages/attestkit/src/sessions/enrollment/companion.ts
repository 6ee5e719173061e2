import { AttestationError } from '../../kernel/errors.js';
import type { Enrolled, EnrollmentContext, EnrollmentEvidence } from '../../ports/enrollment.js';
import type { SentEvidence } from '../operations/body-members.js';
import { ENROLLMENT_CHECKS as CHECKS } from './enrollment-checks.js';

/**
 * Verifies evidence with its companion, over the same challenge: first the evidence that costs no call, so that a refused
 * request causes none.
 *
 * @param turn awaited before each verification
 * @param contextOf what evidence is verified against; the second time with what the first evidence says
 * @throws AttestationError (rejects with it)
 */
export async function verifySent(
  { evidence, fields, beside }: SentEvidence,
  turn: () => Promise<void>,
  contextOf: (known?: Enrolled) => EnrollmentContext,
): Promise<Enrolled> {
  // Before the turn: what many wait for comes to all of them in one turn.
  await evidence.ready?.();
  await turn();
  const enrolled = await evidence.verify(fields, contextOf());
  if (beside === undefined) {
    assertComplete(evidence, enrolled);
    return enrolled;
  }
  await beside.evidence.ready?.();
  await turn();
  const second = await beside.evidence.verify(beside.fields, contextOf(enrolled));
  if (second.appId !== enrolled.appId) throw new AttestationError(CHECKS.companionApp);
  const { notes = [], ...kept } = second;
  return {
    ...enrolled,
    ...(kept.virtual === true && { virtual: true }),
    beside: kept,
    notes: [...(enrolled.notes ?? []), ...notes],
  };
}

/**
 * Checks enrolled evidence, and its companion, against the current policy.
 *
 * @throws AttestationError of stage `denied`
 */
export function appraiseSent(
  evidence: Pick<EnrollmentEvidence, 'appraise' | 'companion'>,
  enrolled: Enrolled,
  now: number,
): void {
  evidence.appraise(enrolled, now);
  assertComplete(evidence, enrolled);
  const { companion } = evidence;
  if (companion !== undefined && enrolled.beside !== undefined)
    companion.evidence.appraise(enrolled.beside, now);
}

function assertComplete({ companion }: Pick<EnrollmentEvidence, 'companion'>, enrolled: Enrolled): void {
  if (companion === undefined || enrolled.beside !== undefined) return;
  if (companion.isRequired(enrolled)) throw new AttestationError(CHECKS.companion);
}
