import { AttestationError } from '../../kernel/errors.js';
import { changePointer } from './blocking.js';
import type { Context } from '../context.js';
import { withEnded } from '../state/device-record.js';
import { STATE_CHECKS as CHECKS } from '../state/state-checks.js';

const ATTEMPTS = 24;

/**
 * Forgets a device: its key is retired, a fence takes the place of its record, and the rest is deleted. The label is free
 * then; the key is not.
 *
 * @returns false if there is no such record
 * @throws AttestationError (rejects with it) of stage `unavailable`
 */
export async function forget(context: Context, recordId: string): Promise<boolean> {
  const { devices, settings, now } = context;
  const labelDigest = await devices.labelDigestOf(recordId);
  if (labelDigest === undefined) return false;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const place = await devices.read(labelDigest);
    const { record } = place;
    if (record?.id !== recordId) {
      await devices.forgetPointers(recordId);
      return false;
    }
    const keyId = record.enrolled.key?.id;
    if (keyId !== undefined)
      await changePointer(
        context,
        keyId,
        (pointer) => ({ ...pointer, retired: true }),
        now() + settings.idleMs,
      );
    const marks = keyId === undefined ? place.marks : withEnded(place.marks, keyId, 'retired', now());
    if (await devices.fence(place, marks)) {
      await devices.forgetPointers(recordId);
      return true;
    }
  }
  throw new AttestationError(CHECKS.contention, { retryAfter: 1 });
}
