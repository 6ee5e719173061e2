import { randomBytes } from 'node:crypto';
import { AttestationError } from '../kernel/errors.js';
import type { Enrolled } from '../ports/enrolment.js';
import type { Store } from '../ports/store.js';
import { ENROLMENT_CHECKS as CHECKS } from './enrolment-checks.js';
import { changeRecord, readRecord } from './records.js';
import { storeKeys } from './store-keys.js';

/** One thing that a device has enrolled: a key, or evidence that is about none. */
export interface Enrolment {
  /** Without its receipt, which is kept beside it. */
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
    const { receipt, ...enrolled } = enrolment.enrolled;
    const recordId = expected?.id ?? randomBytes(16).toString('base64url');
    const { key, kind } = enrolled;
    if (key !== undefined) {
      await this.#take(kind, key.id, { recordId, deviceId }, enrolment.subject);
      if (receipt !== undefined) await this.#writeReceipt(kind, key.id, receipt);
    }
    const kept = { ...enrolment, enrolled };
    return changeRecord<DeviceRecord, DeviceRecord>(this.#store, storeKeys.device(deviceId), (current) => {
      if (current?.id !== expected?.id) throw new AttestationError(CHECKS.recordUnchanged, { retryAfter: 1 });
      const others = (current?.enrolments ?? []).filter((each) => !isSame(each.enrolled, enrolled));
      const write: DeviceRecord = {
        id: recordId,
        deviceId,
        createdAt: current?.createdAt ?? enrolment.enrolledAt,
        enrolments: [...others, kept].slice(-MAX_ENROLMENTS),
      };
      return { write, result: write };
    });
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

  /** Puts renewed evidence in the place of what it renews; nothing happens where that is gone. */
  async renew(deviceId: string, { receipt, ...renewed }: Enrolled): Promise<void> {
    if (renewed.key !== undefined && receipt !== undefined)
      await this.#writeReceipt(renewed.kind, renewed.key.id, receipt);
    await changeRecord<DeviceRecord, void>(this.#store, storeKeys.device(deviceId), (current) => {
      const known = current?.enrolments.some((each) => isSame(each.enrolled, renewed)) === true;
      if (current === undefined || !known) return { result: undefined };
      const enrolments = current.enrolments.map((each) =>
        isSame(each.enrolled, renewed) ? { ...each, enrolled: renewed } : each,
      );
      return { write: { ...current, enrolments }, result: undefined };
    });
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
    for (const { enrolled } of device?.enrolments ?? []) {
      if (enrolled.key === undefined) continue;
      const owner = await this.#owner(enrolled.kind, enrolled.key.id);
      if (owner?.recordId !== device?.id) continue;
      await this.#store.delete(storeKeys.keyOwner(enrolled.kind, enrolled.key.id));
      await this.#store.delete(storeKeys.receipt(enrolled.kind, enrolled.key.id));
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
