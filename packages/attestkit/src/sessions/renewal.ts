import type { EnrolmentEvidence } from '../ports/enrolment.js';
import type { Context } from './context.js';
import type { Enrolment } from './device-record.js';
import { appraiseDevice } from './policy.js';

/**
 * Asks the platform whether it has something newer to say of a key, and holds what is known then to the policy of now:
 * whenever a session begins anew or goes on. An outage there leaves what was known.
 *
 * @returns undefined where the key is no longer the device's
 * @throws AttestationError (rejects with it) of stage `denied`
 */
export async function renewAndAppraise(
  { devices, settings, now }: Context,
  evidence: Pick<EnrolmentEvidence, 'ready' | 'renew' | 'appraise'>,
  deviceId: string,
  enrolment: Enrolment,
): Promise<Enrolment | undefined> {
  const known = enrolment.enrolled;
  let enrolled: typeof known | undefined = known;
  if (evidence.renew !== undefined && known.key !== undefined) {
    const receipt = await devices.receipt(known.kind, known.key.id);
    const newer = await evidence.renew({ ...known, ...(receipt !== undefined && { receipt }) }, now());
    if (newer !== undefined) enrolled = await devices.renew(deviceId, known, newer);
  }
  if (enrolled === undefined) return undefined;
  await evidence.ready?.();
  evidence.appraise(enrolled, now());
  appraiseDevice(enrolled, settings.policy, now());
  return { ...enrolment, enrolled };
}
