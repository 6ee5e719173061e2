import { AttestationError } from '../kernel/errors.js';
import { changeDevice } from './change-device.js';
import type { Context } from './context.js';
import { withEnded, type BlockReason, type DeviceRecord, type Marks } from './device-record.js';
import type { KeyPointer } from './key-pointer.js';
import { STATE_CHECKS as CHECKS } from './state-checks.js';
import { storeKeys } from './store-keys.js';

const ATTEMPTS = 24;

/** Blocks a record: it gets no session, signs nothing and is not replaced. @returns false where there is none */
export async function blockRecord({ devices }: Context, recordId: string): Promise<boolean> {
  const labelDigest = await devices.labelDigestOf(recordId);
  if (labelDigest === undefined) return false;
  const record = await changeDevice(devices, labelDigest, (current) =>
    current.id === recordId ? blockedFor(current, 'record') : undefined,
  );
  if (record?.id !== recordId) return false;
  await devices.keepPointers(record);
  return true;
}

/** @returns false where there is no such record, or it was not blocked by this name */
export async function unblockRecord({ devices, now }: Context, recordId: string): Promise<boolean> {
  const labelDigest = await devices.labelDigestOf(recordId);
  if (labelDigest === undefined) return false;
  let wasBlocked = false;
  const record = await changeDevice(devices, labelDigest, (current) => {
    wasBlocked = current.id === recordId && current.blocked.includes('record');
    return wasBlocked ? unblockedFor(current, 'record', now()) : undefined;
  });
  return wasBlocked && record !== undefined;
}

/**
 * Blocks a key: first its pointer, then what stands under its label, so that whoever read the pointer before cannot write
 * after.
 *
 * @returns false where the key is not known
 */
export async function blockKey(context: Context, keyId: string): Promise<boolean> {
  const pointer = await changePointer(
    context,
    keyId,
    (current) => ({ ...current, blocked: true }),
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
    const next = record.enrolled.key?.id === keyId ? blockedFor(marked, 'key') : marked;
    const written = await devices.write(place, next);
    if (written === undefined) continue;
    if (written.blocked.length > 0) await devices.keepPointers(written);
    return true;
  }
  throw new AttestationError(CHECKS.contention, { retryAfter: 1 });
}

/** @returns false where the key is not known, or nothing of it was blocked */
export async function unblockKey(context: Context, keyId: string): Promise<boolean> {
  const { devices, now } = context;
  let wasBlocked = false;
  const pointer = await changePointer(
    context,
    keyId,
    ({ blocked, ...current }) => {
      wasBlocked ||= blocked === true;
      return current;
    },
    // The record may be blocked by itself; otherwise its next use gives the pointer an end.
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
    const next = isBlocked ? unblockedFor(unmarked, 'key', now()) : unmarked;
    if ((await devices.write(place, next)) !== undefined) return wasBlocked;
  }
  throw new AttestationError(CHECKS.contention, { retryAfter: 1 });
}

/** The same marks where none of them says that the key is blocked. */
function withoutBlock(marks: Marks, keyId: string): Marks {
  const { [keyId]: mark, ...ended } = marks.ended;
  return mark?.why === 'blocked' ? { ...marks, ended } : marks;
}

function blockedFor(record: DeviceRecord, reason: BlockReason): DeviceRecord {
  const { pointersFor: _ended, ...lasting } = record;
  const { blocked } = record;
  return { ...lasting, families: [], blocked: blocked.includes(reason) ? blocked : [...blocked, reason] };
}

function unblockedFor(record: DeviceRecord, reason: BlockReason, now: number): DeviceRecord {
  const blocked = record.blocked.filter((each) => each !== reason);
  // Its pointers do not end; the next use gives them an end again.
  return { ...record, blocked, used: true, pointersFor: now };
}

/** Changes the flags of a pointer, which is never moved. */
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
    const end = next.blocked === true ? undefined : recordEnd;
    if (await devices.changePointer(next, kept.version, end)) return next;
  }
  throw new AttestationError(CHECKS.contention, { retryAfter: 1 });
}
