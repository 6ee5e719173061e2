import type { Device, DeviceControl, DeviceName } from '../../ports/devices.js';
import { blockKey, blockRecord, unblockKey, unblockRecord } from './blocking.js';
import { changeDevice } from '../state/compare-and-set.js';
import type { Context } from '../context.js';
import type { DeviceRecord } from '../state/device-record.js';
import { forget } from './forget.js';
import { storeKeys } from '../state/store-keys.js';

/** @internal */
export function deviceControl(context: Context): DeviceControl {
  const { devices, keys, users } = context;
  return {
    block: async (target) => {
      if ('recordId' in target) return blockRecord(context, target.recordId);
      if ('keyId' in target) return blockKey(context, target.keyId);
      await users.block(target.user);
      return true;
    },
    unblock: async (target) => {
      if ('recordId' in target) return unblockRecord(context, target.recordId);
      return 'keyId' in target ? unblockKey(context, target.keyId) : users.unblock(target.user);
    },
    end: (sessions) => end(context, sessions),
    forget: (recordId) => forget(context, recordId),
    find: (name) => find(context, name),
    receipt: (recordId) => devices.receipt(recordId),
    jwks: () => keys.session.jwks(),
  };
}

async function end(
  { devices }: Context,
  { recordId, sessionId }: { readonly recordId: string; readonly sessionId?: string },
): Promise<boolean> {
  const labelDigest = await devices.labelDigestOf(recordId);
  if (labelDigest === undefined) return false;
  let ended = false;
  await changeDevice(devices, labelDigest, (record) => {
    const families = record.families.filter(({ sid }) => sessionId !== undefined && sid !== sessionId);
    ended = record.id === recordId && families.length < record.families.length;
    return ended ? { ...record, families } : undefined;
  });
  return ended;
}

async function find({ devices, users, now }: Context, name: DeviceName): Promise<Device | undefined> {
  const recordId = 'recordId' in name ? name.recordId : undefined;
  const labelDigest =
    'recordId' in name ? await devices.labelDigestOf(name.recordId) : storeKeys.labelDigest(name.deviceId);
  if (labelDigest === undefined) return undefined;
  const { record } = await devices.read(labelDigest);
  if (record === undefined || (recordId !== undefined && record.id !== recordId)) return undefined;
  const isUserBlocked = record.user !== undefined && (await users.isBlocked(record.user));
  const device = deviceOf(record, now());
  return isUserBlocked ? { ...device, blocked: [...device.blocked, 'user'] } : device;
}

function deviceOf(record: DeviceRecord, now: number): Device {
  const { id, deviceId, user, createdAt, enrolledAt, enrolled, blocked, families, expiresAt } = record;
  const live = families.filter((family) => now < family.expiresAt);
  return {
    recordId: id,
    deviceId,
    user,
    createdAt,
    enrolledAt,
    enrolled,
    blocked,
    sessions: live.map(({ sid, rotatedAt, expiresAt: endsAt }) => ({
      sessionId: sid,
      refreshedAt: rotatedAt,
      expiresAt: endsAt,
    })),
    expiresAt,
  };
}
