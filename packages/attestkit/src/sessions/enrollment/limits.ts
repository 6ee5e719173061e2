import { AttestationError } from '../../kernel/errors.js';
import { freezeJson } from '../../kernel/bytes/json.js';
import type { CheckDef } from '../../ports/checks.js';
import type { EnrollmentLimits } from '../../ports/limits.js';
import type { AttestedRequest } from '../../ports/request.js';

/** What an address may do that costs more than a request. */
export const LIMIT_CHECKS = freezeJson({
  remote: {
    name: 'remote evidence of the address',
    code: 'ERR_ENROLLMENT_REMOTE_LIMIT',
    stage: 'denied',
    says: 'too much evidence from this address was sent on to another service within the last minute',
    spec: 'RFC 6585 §4',
  },
  newRecord: {
    name: 'new records of the address',
    code: 'ERR_ENROLLMENT_RECORD_LIMIT',
    stage: 'denied',
    says: 'too many devices were enrolled from this address within the last hour',
    spec: 'RFC 6585 §4',
  },
} as const satisfies Record<string, CheckDef>);

/**
 * Counts a record that is about to be made, or evidence that is about to be sent on.
 *
 * @throws AttestationError (rejects with it) ERR_ENROLLMENT_RECORD_LIMIT, ERR_ENROLLMENT_REMOTE_LIMIT
 */
export async function assertWithinLimit(
  limits: EnrollmentLimits | undefined,
  what: keyof EnrollmentLimits,
  { ip }: Pick<AttestedRequest, 'ip'>,
): Promise<void> {
  if (limits === undefined || (await limits[what](ip)) === true) return;
  throw new AttestationError(LIMIT_CHECKS[what]);
}
