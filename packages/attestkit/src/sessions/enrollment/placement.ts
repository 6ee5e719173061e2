import { AttestationError } from '../../kernel/errors.js';
import type { Enrolled } from '../../ports/enrollment.js';
import { assertOpen } from '../state/revocation.js';
import type { DeviceRecord, Marks } from '../state/device-record.js';
import { CONFLICT_CHECKS as CONFLICTS, ENROLLMENT_CHECKS as CHECKS } from './enrollment-checks.js';
import { standingOf, type KeyPointer } from '../state/key-pointer.js';

/** What stands where genuine evidence wants to enroll. */
export interface Standing {
  /** The live record under the label. */
  readonly record: DeviceRecord | undefined;
  /** What stands under the label whether it has a record or not. */
  readonly marks: Marks;
  /** Whose the attested key is. */
  readonly pointer: KeyPointer | undefined;
}

/** Genuine evidence for a label. */
export interface Candidate {
  readonly deviceId: string;
  readonly enrolled: Enrolled;
  /** The user that the application named. */
  readonly user: string | undefined;
  /** Evidence of its kind comes only from the device that holds the private key. */
  readonly provesKey: boolean;
}

/**
 * What genuine evidence may do:
 *
 * - `create`: the label is free.
 * - `renew`: the record has this key, and the evidence proves possession; or its attester vouches for the label.
 * - `replace`: the record has another key; the request has to prove that it is its device's.
 * - `continue`: the record has no key; the request has to bring its refresh token.
 */
export type Placement = 'create' | 'renew' | 'replace' | 'continue';

/**
 * Says what genuine evidence may do if it wants to enroll. Pure.
 *
 * @throws AttestationError of CONFLICT_CHECKS, or of stage `denied` where something is blocked
 */
export function placementOf(candidate: Candidate, { record, marks, pointer }: Standing): Placement {
  const { deviceId, enrolled, user } = candidate;
  const { key } = enrolled;
  if (pointer?.blocked === true) throw new AttestationError(CHECKS.keyBlocked);
  const ended = key === undefined ? undefined : marks.ended[key.id];
  if (ended?.why === 'blocked') throw new AttestationError(CHECKS.keyBlocked);
  if (ended !== undefined) throw new AttestationError(CONFLICTS.keyRetired);
  if (record !== undefined) assertOpen(record);
  if (pointer !== undefined && (pointer.deviceId !== deviceId || pointer.kind !== enrolled.kind))
    throw new AttestationError(CONFLICTS.key);
  if (pointer !== undefined && standingOf(pointer, record) === 'retired')
    throw new AttestationError(CONFLICTS.keyRetired);
  if (record === undefined) return 'create';
  if (record.user !== undefined && user !== undefined && record.user !== user)
    throw new AttestationError(CONFLICTS.user);
  return placementUnder(record, candidate);
}

function placementUnder(record: DeviceRecord, { enrolled, provesKey }: Candidate): Placement {
  const known = record.enrolled;
  if ((known.key === undefined) !== (enrolled.key === undefined)) throw new AttestationError(CONFLICTS.keyed);
  if (enrolled.key === undefined) {
    if (known.kind !== enrolled.kind || known.appId !== enrolled.appId)
      throw new AttestationError(CONFLICTS.label);
    const isVouched = known.vouchesForDeviceId === true && enrolled.vouchesForDeviceId === true;
    return isVouched ? 'renew' : 'continue';
  }
  if (known.key?.id !== enrolled.key.id) return 'replace';
  if (known.kind !== enrolled.kind) throw new AttestationError(CONFLICTS.key);
  if (!provesKey) throw new AttestationError(CONFLICTS.keyProof);
  return 'renew';
}
