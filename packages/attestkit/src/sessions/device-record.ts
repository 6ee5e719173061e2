import { randomBytes } from 'node:crypto';
import { AttestationError } from '../kernel/errors.js';
import type { Enrolled } from '../ports/enrolment.js';
import type { Store } from '../ports/store.js';
import { ENROLMENT_CHECKS as CHECKS } from './enrolment-checks.js';
import { KeyOwners } from './key-owners.js';
import { changeRecord, readRecord } from './records.js';
import { storeKeys } from './store-keys.js';

/** One thing that a device has enrolled: a key, or evidence that is about none. */
export interface Enrolment {
  /** Without its receipt, which is kept beside it, and what was only to be told. */
  readonly enrolled: Enrolled;
  /** The user that the application named. */
  readonly subject?: string;
  /** Milliseconds since the epoch. */
  readonly enrolledAt: number;
}

/** What is known of a device. */
export interface DeviceRecord {
  /** Assigned here, random: what relying parties authorise on. */
  readonly id: string;
  /** The label that the client chose. */
  readonly deviceId: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** The newest last. */
  readonly enrolments: readonly Enrolment[];
  /**
   * When the device id is free again, milliseconds since the epoch; undefined where the record stays. It stays where its
   * device can always prove that it is its own: by a key, or by the word of an attester.
   */
  readonly expiresAt?: number;
}

/** How long a record lives of which nobody can prove the ownership any more, once its sessions have ended. */
export interface RecordTerm {
  /** The longest life of a session through all its refreshes. */
  readonly sessionMs: number;
  readonly now: () => number;
}

/** Keys that one device has enrolled at most; with one more the oldest goes. */
const MAX_ENROLMENTS = 8;

/** How long a record outlives the last session that can be of it: for clocks that are apart. */
const MARGIN_MS = 60_000;

/** The records of devices and of their keys. */
export class Devices {
  readonly #store: Store;
  readonly #owners: KeyOwners;
  readonly #term: RecordTerm;

  constructor(store: Store, term: RecordTerm) {
    this.#store = store;
    this.#owners = new KeyOwners(store, (deviceId) => this.find(deviceId));
    this.#term = term;
  }

  async find(deviceId: string): Promise<DeviceRecord | undefined> {
    return (await readRecord<DeviceRecord>(this.#store, storeKeys.device(deviceId)))?.record;
  }

  /** The device that a key belongs to, and the key's enrolment. */
  async findByKey(kind: string, keyId: string): Promise<Owned | undefined> {
    const place = await this.#owners.placeOf(kind, keyId);
    if (place === undefined) return undefined;
    const { deviceId, thumbprint } = place;
    const [device, recordId] = await Promise.all([this.find(deviceId), this.#owners.recordIdOf(thumbprint)]);
    if (device === undefined || device.id !== recordId) return undefined;
    const enrolment = enrolmentOf(device, kind, keyId);
    return enrolment?.enrolled.key?.thumbprint === thumbprint ? { device, enrolment } : undefined;
  }

  /** A key's enrolment in the record of a device that is known, if the key is that device's. */
  async findKeyOf(device: DeviceRecord, kind: string, keyId: string): Promise<Enrolment | undefined> {
    const enrolment = enrolmentOf(device, kind, keyId);
    const { thumbprint } = enrolment?.enrolled.key ?? {};
    if (thumbprint === undefined) return undefined;
    return (await this.#owners.recordIdOf(thumbprint)) === device.id ? enrolment : undefined;
  }

  /**
   * Writes an enrolment. The key's owner first, then its receipt, then the record that lists it, then the owner again:
   * whatever is cut off between leaves a key that is in nobody's record, which may be enrolled again, or in this one, as
   * what proves to be its device may.
   *
   * @param expected the record as its owner was proven to own it; undefined where there was none
   * @throws AttestationError where the key is another device's or user's, or another writer was faster
   */
  async write(
    deviceId: string,
    expected: DeviceRecord | undefined,
    enrolment: Enrolment,
  ): Promise<DeviceRecord> {
    const { receipt, notes: _told, ...enrolled } = enrolment.enrolled;
    const recordId = expected?.id ?? randomBytes(16).toString('base64url');
    const { key, kind } = enrolled;
    const own = async (): Promise<void> => {
      if (key !== undefined)
        await this.#owners.take(key.thumbprint, { recordId, deviceId }, enrolment.subject);
    };
    await own();
    if (key !== undefined && receipt !== undefined) await this.#writeReceipt(kind, key.id, receipt);
    const kept = { ...enrolment, enrolled };
    let dropped: readonly Enrolment[] = [];
    const written = await changeRecord<DeviceRecord, DeviceRecord>(
      this.#store,
      storeKeys.device(deviceId),
      (current) => {
        if (current?.id !== expected?.id)
          throw new AttestationError(CHECKS.recordUnchanged, { retryAfter: 1 });
        const others = (current?.enrolments ?? []).filter((each) => !isSame(each.enrolled, enrolled));
        const all = [...others, kept];
        dropped = all.slice(0, -MAX_ENROLMENTS);
        const enrolments = all.slice(-MAX_ENROLMENTS);
        const expiresAt = this.#expiryOf(enrolments, current);
        const write: DeviceRecord = {
          id: recordId,
          deviceId,
          createdAt: current?.createdAt ?? enrolment.enrolledAt,
          enrolments,
          ...(expiresAt !== undefined && { expiresAt }),
        };
        return { write, ttlMs: this.#ttlOf(write), result: write };
      },
    );
    await own();
    if (key !== undefined) await this.#owners.place(kind, key, deviceId);
    await this.#owners.release(recordId, dropped, written);
    return written;
  }

  /** Each enrolment begins a session, and renews the record for as long as that can go on. */
  #expiryOf(enrolments: readonly Enrolment[], current: DeviceRecord | undefined): number | undefined {
    const { now, sessionMs } = this.#term;
    if (enrolments.some(({ enrolled }) => enrolled.key !== undefined || enrolled.vouchesForDeviceId === true))
      return undefined;
    // Sessions may have been made shorter since an earlier one began.
    return Math.max(current?.expiresAt ?? 0, now() + sessionMs + MARGIN_MS);
  }

  /** With each write: one without it would make the record stay for ever. */
  #ttlOf({ expiresAt }: DeviceRecord): number | undefined {
    return expiresAt === undefined ? undefined : Math.max(1, expiresAt - this.#term.now());
  }

  /**
   * Puts renewed evidence in the place of what it renews, with its receipt. Where another was faster, what that one
   * wrote stays: of two renewals at once Apple answers one, and the other must not take its answer away.
   *
   * @param known what was renewed, as it was read
   * @returns what is there now; undefined where it is gone, and then nothing was written
   */
  async renew(
    deviceId: string,
    known: Enrolled,
    { receipt, notes: _told, ...renewed }: Enrolled,
  ): Promise<Enrolled | undefined> {
    const key = storeKeys.device(deviceId);
    const kept = await changeRecord<DeviceRecord, Enrolled | undefined>(this.#store, key, (current) => {
      const found = current?.enrolments.find((each) => isSame(each.enrolled, known));
      if (current === undefined || found === undefined) return { result: undefined };
      // Both were read from the store, which keeps the order of members.
      if (JSON.stringify(found.enrolled) !== JSON.stringify(known)) return { result: found.enrolled };
      const enrolments = current.enrolments.map((each) =>
        each === found ? { ...each, enrolled: renewed } : each,
      );
      return { write: { ...current, enrolments }, ttlMs: this.#ttlOf(current), result: renewed };
    });
    if (kept === renewed && renewed.key !== undefined && receipt !== undefined)
      await this.#writeReceipt(renewed.kind, renewed.key.id, receipt);
    return kept;
  }

  /** The receipt of a key, base64. */
  async receipt(kind: string, keyId: string): Promise<string | undefined> {
    const kept = await readRecord<{ receipt: string }>(this.#store, storeKeys.receipt(kind, keyId));
    return kept?.record.receipt;
  }

  async #writeReceipt(kind: string, keyId: string, receipt: string): Promise<void> {
    await changeRecord(this.#store, storeKeys.receipt(kind, keyId), () => ({
      write: { receipt },
      result: undefined,
    }));
  }

  /** Deletes a record, its receipts, and what says that its keys are its own. Their counters stay: they only rise. */
  async forget(deviceId: string): Promise<void> {
    const device = await this.find(deviceId);
    const kept = await this.#store.get(storeKeys.device(deviceId));
    if (kept !== undefined) await this.#store.delete(storeKeys.device(deviceId), kept.version);
    if (device !== undefined) await this.#owners.release(device.id, device.enrolments, undefined);
  }
}

/** A key's enrolment with the record that it stands in. */
export interface Owned {
  readonly device: DeviceRecord;
  readonly enrolment: Enrolment;
}

export function enrolmentOf(device: DeviceRecord, kind: string, keyId?: string): Enrolment | undefined {
  return device.enrolments.find(({ enrolled }) => enrolled.kind === kind && enrolled.key?.id === keyId);
}

function isSame(one: Enrolled, other: Enrolled): boolean {
  return one.kind === other.kind && one.key?.id === other.key?.id;
}
