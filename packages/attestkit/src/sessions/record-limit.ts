import { AttestationError } from '../kernel/errors.js';
import { freezeJson } from '../kernel/json.js';
import type { CheckDef } from '../ports/checks.js';
import type { EnrolmentLimits } from '../ports/limits.js';

/** How fast records may come to be. */
export const RECORD_CHECKS = freezeJson({
  limit: {
    name: 'new records of the address',
    code: 'ERR_ENROLMENT_RECORD_LIMIT',
    stage: 'denied',
    says: 'too many devices were enrolled from this address within the last hour',
    spec: 'RFC 6585 §4',
  },
} as const satisfies Record<string, CheckDef>);

/**
 * Counts a record that is about to be made.
 *
 * @throws AttestationError (rejects with it) ERR_ENROLMENT_RECORD_LIMIT
 */
export async function countNewRecord(
  limits: EnrolmentLimits | undefined,
  address: string | undefined,
): Promise<void> {
  if (limits === undefined || (await limits.newRecord(address)) === true) return;
  throw new AttestationError(RECORD_CHECKS.limit);
}
