import { AttestationError } from '../../kernel/errors.js';
import type { DeviceRecord } from './device-record.js';
import type { Devices } from './devices.js';
import { STATE_CHECKS as CHECKS } from './state-checks.js';

const ATTEMPTS = 24;

/**
 * Changes the record under a label by compare-and-set, for decisions that depend on the record alone.
 *
 * @param change gives the next record, or undefined to leave it as it is; called again if another writer was faster
 * @returns the record as it is then; undefined if the label does not have a record
 * @throws AttestationError (rejects with it) of stage `unavailable`
 */
export async function changeDevice(
  devices: Devices,
  labelDigest: string,
  change: (record: DeviceRecord) => DeviceRecord | undefined,
): Promise<DeviceRecord | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const place = await devices.read(labelDigest);
    if (place.record === undefined) return undefined;
    const next = change(place.record);
    if (next === undefined) return place.record;
    const written = await devices.write(place, next);
    if (written !== undefined) return written;
  }
  throw new AttestationError(CHECKS.contention, { retryAfter: 1 });
}
