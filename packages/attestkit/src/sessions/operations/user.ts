import { AttestationError } from '../../kernel/errors.js';
import type { AttestedRequest } from '../../ports/request.js';
import { ENROLLMENT_CHECKS as CHECKS } from '../enrollment/enrollment-checks.js';
import type { Settings } from '../settings.js';

/**
 * The user that a request comes from, by the application's own function, which may throw anything, or give something
 * else than a user.
 *
 * @throws AttestationError (rejects with it) ERR_ENROLLMENT_SUBJECT_FAILED
 */
export async function subjectOf(
  ask: Settings['subject'],
  request: AttestedRequest,
): Promise<string | undefined> {
  if (ask === undefined) return undefined;
  let subject: unknown;
  try {
    subject = await ask(request);
  } catch (cause) {
    throw new AttestationError(CHECKS.subjectKnown, { cause });
  }
  if (subject === undefined || (typeof subject === 'string' && subject !== '')) return subject;
  throw new AttestationError(CHECKS.subjectKnown, { cause: new TypeError('subject returned no string') });
}
