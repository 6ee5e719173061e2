import { AttestationError } from '../../kernel/errors.js';
import type { Enrolled, EnrollmentEvidence, Renewal } from '../../ports/enrollment.js';
import { appraiseSent } from '../enrollment/companion.js';
import type { Context } from '../context.js';
import type { DeviceRecord } from '../state/device-record.js';
import type { Devices } from '../state/devices.js';
import { quietly } from '../state/extended.js';
import { appraiseDevice } from '../policy.js';
import { storeKeys } from '../state/store-keys.js';

/**
 * Checks the evidence that a device was enrolled with against the current policy.
 *
 * @throws AttestationError (rejects with it) of stage `untrusted`: the client can heal it by attesting again
 */
export async function appraiseAgain(
  { settings, now }: Context,
  evidence: Pick<EnrollmentEvidence, 'ready' | 'appraise' | 'companion'>,
  enrolled: Enrolled,
): Promise<void> {
  await Promise.all([evidence.ready?.(), evidence.companion?.evidence.ready?.()]);
  try {
    appraiseSent(evidence, enrolled, now());
    appraiseDevice(enrolled, settings.policy, now());
  } catch (error) {
    throw error instanceof AttestationError && error.stage === 'denied' ? healable(error) : error;
  }
}

function healable({ check, cause }: AttestationError): AttestationError {
  return new AttestationError({ ...check, stage: 'untrusted' }, { cause });
}

/**
 * Asks the platform for newer facts about a device, if that is due, and checks them against the policy:
 * after a decision, whose answer is not given out yet. An outage there leaves what was known.
 *
 * @returns the record as it is then
 * @throws AttestationError (rejects with it) of stage `untrusted`
 */
export async function renewed(
  context: Context,
  evidence: Pick<EnrollmentEvidence, 'ready' | 'renewal' | 'appraise' | 'companion'>,
  record: DeviceRecord,
): Promise<DeviceRecord> {
  const { devices, now } = context;
  const { renewal } = evidence;
  if (renewal?.isDue(record.enrolled, now()) !== true) return record;
  const latest = await exchanged(devices, renewal, record, now()).catch(() => undefined);
  if (latest === undefined) return record;
  await appraiseAgain(context, evidence, latest.enrolled);
  return latest;
}

/** Undefined if nothing changes. */
async function exchanged(
  devices: Devices,
  renewal: Renewal,
  record: DeviceRecord,
  now: number,
): Promise<DeviceRecord | undefined> {
  const receipt = await devices.receipt(record.id);
  const newer = await renewal.renew({ ...record.enrolled, ...(receipt !== undefined && { receipt }) }, now);
  if (newer === undefined) return undefined;
  const { receipt: newReceipt, notes: _told, ...enrolled } = newer;
  const latest = await writeRenewed(devices, record, enrolled);
  if (latest === undefined) return undefined;
  if (latest.enrolled === enrolled && newReceipt !== undefined && newReceipt !== receipt)
    await quietly(devices.writeReceipt(latest.id, newReceipt, latest.expiresAt));
  return latest;
}

const ATTEMPTS = 8;

/**
 * Puts renewed evidence where what it renews stands. Where another request was faster, what that one wrote stays: of two
 * renewals at once the platform may answer one, and the other must not take its answer away.
 */
async function writeRenewed(
  devices: Devices,
  known: DeviceRecord,
  enrolled: Enrolled,
): Promise<DeviceRecord | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const place = await devices.read(storeKeys.labelDigest(known.deviceId));
    const { record } = place;
    if (record?.id !== known.id || record.enrolled.key?.id !== known.enrolled.key?.id) return undefined;
    // Both were written by this code, which keeps the order of members.
    if (JSON.stringify(record.enrolled) !== JSON.stringify(known.enrolled)) return record;
    const written = await devices.write(place, { ...record, enrolled });
    if (written !== undefined) return written;
  }
  return undefined;
}
