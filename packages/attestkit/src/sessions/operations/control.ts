import type { JsonWebKey } from 'node:crypto';
import type { Enrolled } from '../../ports/enrolment.js';
import { blockKey, blockRecord, unblockKey, unblockRecord } from './blocking.js';
import { changeDevice } from '../state/compare-and-set.js';
import type { Context } from '../context.js';
import type { BlockReason, DeviceRecord } from '../state/device-record.js';
import { forget } from './forget.js';
import { storeKeys } from '../state/store-keys.js';

/** What can be blocked: one installation by its record, one key by its id, or a user with all installations. */
export type BlockTarget =
  | { readonly recordId: string }
  | { readonly keyId: string }
  | { readonly user: string };

/** How a device is named: by its record, or by the label that the client chose. */
export type DeviceName = { readonly recordId: string } | { readonly deviceId: string };

/** What is known of a device. Times are milliseconds since the epoch. */
export interface Device {
  readonly recordId: string;
  /** The label that the client chose. Not an identity. */
  readonly deviceId: string;
  /** The user that it was enrolled for, where the application named one. */
  readonly user: string | undefined;
  readonly createdAt: number;
  /** When its evidence was verified last. */
  readonly enrolledAt: number;
  /** What its evidence said, with its key, if it has one. */
  readonly enrolled: Enrolled;
  /** Why it is blocked; empty where it is not. */
  readonly blocked: readonly BlockReason[];
  /** Its live sessions. */
  readonly sessions: readonly {
    readonly sessionId: string;
    readonly refreshedAt: number;
    readonly expiresAt: number;
  }[];
  /** When it is forgotten if it is not used before; undefined where it stays. */
  readonly expiresAt: number | undefined;
}

/**
 * What the application may do with devices and sessions, beyond what clients can. Each method rejects with an
 * AttestationError of stage `unavailable` where the store cannot be reached; calling it again is safe.
 */
export interface SessionControl {
  /**
   * Keeps a device, a key or a user out. Sessions of a device end within `sessions.revocation`; sessions of a user end with
   * their tokens, and requests that a key signs alone within `sessions.revocation`. A phone can begin anew under a new label
   * with a new key: what has to stay out is the user.
   *
   * @returns false where nothing of this name is known, so that nothing was blocked
   * @example await guard.sessions.block({ user: 'alice' });
   */
  block(target: BlockTarget): Promise<boolean>;
  /**
   * Lifts a block by the name by which it was made. Sessions that it ended stay ended.
   *
   * @returns false where nothing of this name was blocked
   * @example await guard.sessions.unblock({ recordId: session.recordId });
   */
  unblock(target: BlockTarget): Promise<boolean>;
  /**
   * Ends one session of a device, or all of them.
   *
   * @returns false where there was none
   * @example await guard.sessions.end({ recordId: session.recordId, sessionId: session.sessionId });
   */
  end(sessions: { readonly recordId: string; readonly sessionId?: string }): Promise<boolean>;
  /**
   * Deletes what is known of a device: its label is free, its key is retired, and its sessions end.
   *
   * @returns false where there is no such device
   * @example await guard.sessions.forget(session.recordId);
   */
  forget(recordId: string): Promise<boolean>;
  /**
   * What is known of a device; undefined where there is none.
   *
   * @example const device = await guard.sessions.find({ recordId: session.recordId });
   */
  find(name: DeviceName): Promise<Device | undefined>;
  /**
   * The last receipt of a device, base64: of App Attest, to assess the risk of fraud. Kept where receipts are exchanged.
   *
   * @example const receipt = await guard.sessions.receipt(session.recordId);
   */
  receipt(recordId: string): Promise<string | undefined>;
  /** The public keys of session tokens, as a JWK Set; empty where they are signed with the secret. */
  jwks(): { readonly keys: readonly JsonWebKey[] };
}

/** @internal */
export function sessionControl(context: Context): SessionControl {
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

async function find({ devices, now }: Context, name: DeviceName): Promise<Device | undefined> {
  const recordId = 'recordId' in name ? name.recordId : undefined;
  const labelDigest =
    'recordId' in name ? await devices.labelDigestOf(name.recordId) : storeKeys.labelDigest(name.deviceId);
  if (labelDigest === undefined) return undefined;
  const { record } = await devices.read(labelDigest);
  if (record === undefined || (recordId !== undefined && record.id !== recordId)) return undefined;
  return deviceOf(record, now());
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
