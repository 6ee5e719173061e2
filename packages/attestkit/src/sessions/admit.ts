import { AttestationError } from '../kernel/errors.js';
import type { EnrolmentLimits } from '../ports/limits.js';
import type { AttestedRequest } from '../ports/request.js';
import type { Context } from './context.js';
import { ENROLMENT_CHECKS as CHECKS } from './enrolment-checks.js';

/**
 * Asks whether the address of a request may do what costs more than a request.
 *
 * @throws AttestationError (rejects with it) ERR_ENROLMENT_NEW_LIMITED, ERR_ENROLMENT_REMOTE_LIMITED, or of stage `unavailable`
 */
export async function admit(
  { limits }: Context,
  what: keyof EnrolmentLimits,
  { ip }: AttestedRequest,
): Promise<void> {
  let allowed: boolean;
  try {
    allowed = await limits[what](ip);
  } catch (cause) {
    throw new AttestationError(CHECKS.limits, { cause });
  }
  if (allowed !== true) throw new AttestationError(CHECKS[what]);
}
