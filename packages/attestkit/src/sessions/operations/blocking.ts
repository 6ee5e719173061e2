import { AttestationError } from '../../kernel/errors.js';
import { changeDevice } from '../state/compare-and-set.js';
import type { Context } from '../context.js';
import type { BlockReason } from '../../ports/devices.js';
import { withEnded, type DeviceRecord, type Marks } from '../state/device-record.js';
import type { KeyPointer } from '../state/key-pointer.js';
import type { Devices, Place } from '../state/devices.js';
import { STATE_CHECKS as CHECKS } from '../state/state-checks.js';
import { storeKeys } from '../state/store-keys.js';

const ATTEMPTS = 24;

/** Blocks a record: it gets no session, signs nothing and is not replaced. @returns false if there is none */
export async function blockRecord({ devices }: Context, recordId: string): Promise<boolean> {
  const labelDigest = await devices.labelDigestOf(recordId);
  if (labelDigest === undefined) return false;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const place = await devices.read(labelDigest);
    const { record } = place;
    if (record?.id !== recordId) return false;
    if (await writeBlock(devices, place, blockedFor(record, 'record'))) return true;
  }
  throw new AttestationError(CHECKS.contention, { retryAfter: 1 });
}

/** Writes a block, after what points to the record. */
async function writeBlock(devices: Devices, place: Place, blocked: DeviceRecord): Promise<boolean> {
  await devices.keepPointers(blocked);
  return (await devices.write(place, blocked)) !== undefined;
}

/** @returns false if there is no such record, or it was not blocked by this name */
export async function unblockRecord({ devices }: Context, recordId: string): Promise<boolean> {
  const labelDigest = await devices.labelDigestOf(recordId);
  if (labelDigest === undefined) return false;
  let wasBlocked = false;
  const record = await changeDevice(devices, labelDigest, (current) => {
    wasBlocked = current.id === recordId && current.blocked.includes('record');
    return wasBlocked ? unblockedFor(current, 'record') : undefined;
  });
  return wasBlocked && record !== undefined;
}

/**
 * Blocks a key: first its pointer, then the record of its label, so that a request that read the pointer before cannot write
 * after.
 *
 * @returns false if the key is not known
 */
export async function blockKey(context: Context, keyId: string): Promise<boolean> {
  const pointer = await changePointer(
    context,
    keyId,
    (current) => ({ ...current, blocked: true, endless: true }),
    undefined,
  );
  if (pointer === undefined) return false;
  const { devices, now } = context;
  const labelDigest = storeKeys.labelDigest(pointer.deviceId);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const place = await devices.read(labelDigest);
    const { record } = place;
    if (record === undefined) {
      if (await devices.fence(place, withEnded(place.marks, keyId, 'blocked', now()))) return true;
      continue;
    }
    const marked = withEnded(record, keyId, 'blocked', now());
    const isWritten =
      record.enrolled.key?.id === keyId
        ? await writeBlock(devices, place, blockedFor(marked, 'key'))
        : (await devices.write(place, marked)) !== undefined;
    if (isWritten) return true;
  }
  throw new AttestationError(CHECKS.contention, { retryAfter: 1 });
}

/** @returns false if the key is not known, or nothing of it was blocked */
export async function unblockKey(context: Context, keyId: string): Promise<boolean> {
  const { devices } = context;
  let wasBlocked = false;
  const pointer = await changePointer(
    context,
    keyId,
    (current) => {
      const { blocked, ...unblocked } = current;
      wasBlocked ||= blocked === true;
      return blocked === true ? unblocked : current;
    },
    undefined,
  );
  if (pointer === undefined) return false;
  const labelDigest = storeKeys.labelDigest(pointer.deviceId);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const place = await devices.read(labelDigest);
    const { record } = place;
    const isBlocked = record?.enrolled.key?.id === keyId && record.blocked.includes('key');
    wasBlocked ||= isBlocked;
    const marks = withoutBlock(place.marks, keyId);
    if (!isBlocked && marks === place.marks) return wasBlocked;
    if (record === undefined) {
      if (await devices.fence(place, marks)) return wasBlocked;
      continue;
    }
    const unmarked = { ...record, ended: marks.ended };
    const next = isBlocked ? unblockedFor(unmarked, 'key') : unmarked;
    if ((await devices.write(place, next)) !== undefined) return wasBlocked;
  }
  throw new AttestationError(CHECKS.contention, { retryAfter: 1 });
}

/** The same marks if none of them says that the key is blocked. */
function withoutBlock(marks: Marks, keyId: string): Marks {
  const { [keyId]: mark, ...ended } = marks.ended;
  return mark?.why === 'blocked' ? { ...marks, ended } : marks;
}

function blockedFor(record: DeviceRecord, reason: BlockReason): DeviceRecord {
  const { pointersFor: _ended, ...lasting } = record;
  const { blocked } = record;
  return { ...lasting, families: [], blocked: blocked.includes(reason) ? blocked : [...blocked, reason] };
}

function unblockedFor(record: DeviceRecord, reason: BlockReason): DeviceRecord {
  const blocked = record.blocked.filter((each) => each !== reason);
  return { ...record, blocked, used: true };
}

/** Changes the flags of a pointer, which is never moved; what stays the same is not written. */
export async function changePointer(
  { devices }: Context,
  keyId: string,
  change: (pointer: KeyPointer) => KeyPointer,
  recordEnd: number | undefined,
): Promise<KeyPointer | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const kept = await devices.pointer(keyId);
    if (kept === undefined) return undefined;
    const next = change(kept.value);
    if (next === kept.value) return next;
    if (await devices.changePointer(next, kept.version, recordEnd)) return next;
  }
  throw new AttestationError(CHECKS.contention, { retryAfter: 1 });
}
