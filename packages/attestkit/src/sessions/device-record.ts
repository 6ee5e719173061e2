import { randomBytes } from 'node:crypto';
import { AttestationError } from '../kernel/errors.js';
import type { Enrolled } from '../ports/enrolment.js';
import type { Store } from '../ports/store.js';
import { ENROLMENT_CHECKS as CHECKS } from './enrolment-checks.js';
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
}

/** Whose a key is. It decides: a key in a record to which this does not point is nobody's. */
interface KeyOwner {
  readonly recordId: string;
  readonly deviceId: string;
}

/** Keys that one device has enrolled at most; with one more the oldest goes. */
const MAX_ENROLMENTS = 8;

/** The records of devices and of their keys. */
export class Devices {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async find(deviceId: string): Promise<DeviceRecord | undefined> {
    return (await readRecord<DeviceRecord>(this.#store, storeKeys.device(deviceId)))?.record;
  }

  /** The device that a key belongs to, and the key's enrolment. */
  async findByKey(kind: string, keyId: string): Promise<Owned | undefined> {
    const owner = await this.#owner(kind, keyId);
    const device = owner === undefined ? undefined : await this.find(owner.deviceId);
    if (device === undefined || device.id !== owner?.recordId) return undefined;
    const enrolment = enrolmentOf(device, kind, keyId);
    return enrolment === undefined ? undefined : { device, enrolment };
  }

  /** A key's enrolment in the record of a device that is known, if the key is that device's. */
  async findKeyOf(device: DeviceRecord, kind: string, keyId: string): Promise<Enrolment | undefined> {
    const enrolment = enrolmentOf(device, kind, keyId);
    if (enrolment === undefined) return undefined;
    return (await this.#owner(kind, keyId))?.recordId === device.id ? enrolment : undefined;
  }

  async #owner(kind: string, keyId: string): Promise<KeyOwner | undefined> {
    return (await readRecord<KeyOwner>(this.#store, storeKeys.keyOwner(kind, keyId)))?.record;
  }

  /**
   * Writes an enrolment. The key's owner first, then its receipt, then the record that lists it: whatever is cut off
   * between leaves a key that is in nobody's record, which may be enrolled again.
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
    if (key !== undefined) {
      await this.#take(kind, key.id, { recordId, deviceId }, enrolment.subject);
      if (receipt !== undefined) await this.#writeReceipt(kind, key.id, receipt);
    }
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
        const write: DeviceRecord = {
          id: recordId,
          deviceId,
          createdAt: current?.createdAt ?? enrolment.enrolledAt,
          enrolments: all.slice(-MAX_ENROLMENTS),
        };
        return { write, result: write };
      },
    );
    await this.#release(written.id, dropped);
    return written;
  }

  /** Makes a key a device's own, unless another record has it, or its own record has it for another user. */
  async #take(kind: string, keyId: string, owner: KeyOwner, subject: string | undefined): Promise<void> {
    const key = storeKeys.keyOwner(kind, keyId);
    const kept = await readRecord<KeyOwner>(this.#store, key);
    if (kept !== undefined) {
      const device = await this.find(kept.record.deviceId);
      const enrolment = device?.id === kept.record.recordId && enrolmentOf(device, kind, keyId);
      if (enrolment && kept.record.deviceId !== owner.deviceId) throw new AttestationError(CHECKS.keyFree);
      if (enrolment && enrolment.subject !== subject) throw new AttestationError(CHECKS.keySubject);
    }
    if (!(await this.#store.put(key, JSON.stringify({ v: 1, ...owner }), kept?.version)))
      throw new AttestationError(CHECKS.recordUnchanged, { retryAfter: 1 });
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
      return { write: { ...current, enrolments }, result: renewed };
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
    await this.#store.delete(storeKeys.device(deviceId));
    if (device !== undefined) await this.#release(device.id, device.enrolments);
  }

  /** Deletes what is kept of keys beside their record, from which they are gone. */
  async #release(recordId: string, enrolments: readonly Enrolment[]): Promise<void> {
    for (const { enrolled } of enrolments) {
      const { kind, key } = enrolled;
      if (key === undefined || (await this.#owner(kind, key.id))?.recordId !== recordId) continue;
      await this.#store.delete(storeKeys.keyOwner(kind, key.id));
      await this.#store.delete(storeKeys.receipt(kind, key.id));
    }
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
