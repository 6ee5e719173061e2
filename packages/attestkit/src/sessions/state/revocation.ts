import { AttestationError } from '../../kernel/errors.js';
import { ACCESS_CHECKS as CHECKS } from './revocation-checks.js';
import type { Context } from '../context.js';
import type { RevocationCheck } from '../settings.js';
import type { DeviceRecord } from './device-record.js';
import { storeKeys } from './store-keys.js';

/** Milliseconds: how old a record may be that accepts a signed request where sessions are not asked after. */
const STALE_MS = 5000;

export function staleMsOf(check: RevocationCheck): number {
  if (check === 'off') return STALE_MS;
  return check === 'immediate' ? 0 : check.maxStaleSeconds * 1000;
}

/**
 * Holds what stands under a label to a judgment: a copy that this instance remembers may accept, and only a fresh one
 * refuses.
 *
 * @param judge throws an AttestationError if the record does not do
 */
export function judgeRecord(
  { devices, settings }: Context,
  labelDigest: string,
  judge: (record: DeviceRecord | undefined) => DeviceRecord,
): DeviceRecord | Promise<DeviceRecord> {
  const recent = devices.recent(labelDigest, staleMsOf(settings.revocation));
  if (recent !== undefined) {
    try {
      return judge(recent.record);
    } catch (error) {
      if (!(error instanceof AttestationError)) throw error;
    }
  }
  return devices.read(labelDigest).then(({ record }) => judge(record));
}

/** The place of a session: what its token says of record and session. */
export interface SessionPlace {
  readonly deviceId: string;
  readonly recordId: string;
  readonly sessionId: string;
}

/**
 * The record of a session that is live: the record has it, and neither is blocked.
 *
 * @throws AttestationError (or rejects with it) ERR_SESSION_ENDED, ERR_SESSION_DEVICE_BLOCKED, or of stage `unavailable`
 */
export function liveRecord(context: Context, session: SessionPlace): DeviceRecord | Promise<DeviceRecord> {
  return judgeRecord(context, storeKeys.labelDigest(session.deviceId), (record) =>
    assertLive(record, session),
  );
}

function assertLive(record: DeviceRecord | undefined, { recordId, sessionId }: SessionPlace): DeviceRecord {
  if (record?.id !== recordId) throw new AttestationError(CHECKS.live);
  assertOpen(record);
  if (!record.families.some(({ sid }) => sid === sessionId)) throw new AttestationError(CHECKS.live);
  return record;
}

/** @throws AttestationError ERR_SESSION_DEVICE_BLOCKED */
export function assertOpen({ blocked }: DeviceRecord): void {
  if (blocked.length > 0) throw new AttestationError(CHECKS.deviceBlocked);
}
