import type { Context } from './context.js';
import type { DeviceRecord } from './device-record.js';
import type { Place } from './devices.js';

/**
 * Writes what was decided of a record. Beside it, it asks after the user of the record, if the request did not name one:
 * no token is given out for a user who is blocked.
 *
 * @param asked the user that was asked after already
 * @returns undefined where another writer was faster
 * @throws AttestationError (rejects with it) ERR_SESSION_USER_BLOCKED, or of stage `unavailable`
 */
export async function writeDecision(
  { devices, users }: Context,
  place: Place,
  record: DeviceRecord,
  asked: string | undefined,
): Promise<DeviceRecord | undefined> {
  const [written] = await Promise.all([
    devices.write(place, record),
    record.user === asked ? undefined : users.assertOpen(record.user),
  ]);
  return written;
}

/** Moves the end of a record that is in use, seldom; a store that fails meanwhile takes nothing back. */
export async function extended({ devices }: Context, record: DeviceRecord): Promise<void> {
  if (!devices.isShort(record)) return;
  try {
    await devices.extend(record);
  } catch {
    // The record lives for a while yet, and the next use tries again.
  }
}
