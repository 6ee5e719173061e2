import { AttestationError } from '../kernel/errors.js';
import type { AttestedKey } from '../ports/enrolment.js';
import type { Store } from '../ports/store.js';
import type { DeviceRecord, Enrolment } from './device-record.js';
import { ENROLMENT_CHECKS as CHECKS } from './enrolment-checks.js';
import { changeRecord, readRecord } from './records.js';
import { storeKeys } from './store-keys.js';

/** Whose a key is, whatever kind of evidence is about it: kept under its thumbprint, which relying parties know it by. */
export interface KeyOwner {
  readonly recordId: string;
  readonly deviceId: string;
}

/** Where to look for a key by the platform's name of it. It says nothing of whose it is. */
export interface KeyPlace {
  readonly deviceId: string;
  readonly thumbprint: string;
}

/**
 * Which record a key belongs to: the one that its owner names, and that lists it. A key that a record lists and that is
 * another's is nobody's there; an owner whose record does not list the key owns nothing.
 */
export class KeyOwners {
  readonly #store: Store;
  readonly #find: (deviceId: string) => Promise<DeviceRecord | undefined>;

  constructor(store: Store, find: (deviceId: string) => Promise<DeviceRecord | undefined>) {
    this.#store = store;
    this.#find = find;
  }

  /** The record that the key of this thumbprint belongs to, where that lists it. */
  async recordIdOf(thumbprint: string): Promise<string | undefined> {
    return (await readRecord<KeyOwner>(this.#store, storeKeys.thumbprint(thumbprint)))?.record.recordId;
  }

  async placeOf(kind: string, keyId: string): Promise<KeyPlace | undefined> {
    return (await readRecord<KeyPlace>(this.#store, storeKeys.key(kind, keyId)))?.record;
  }

  /**
   * Makes a key a record's own, unless another one lists it, or this one does for another user.
   *
   * Called before the record lists the key, and again after: in between, others saw a key that no record lists, and may
   * have taken it. The second call takes it back from one that does not list it yet, yields to one that does, and makes
   * a third one that is about to write start over. So of all that enrol a key at once exactly one gets past both.
   */
  async take(thumbprint: string, owner: KeyOwner, subject: string | undefined): Promise<void> {
    await changeRecord<KeyOwner, void>(this.#store, storeKeys.thumbprint(thumbprint), async (current) => {
      const device = current && (await this.#find(current.deviceId));
      const listed = device?.id === current?.recordId ? listedIn(device, thumbprint) : [];
      if (current !== undefined && listed.length > 0 && current.recordId !== owner.recordId) {
        if (current.deviceId !== owner.deviceId) throw new AttestationError(CHECKS.keyFree);
        // The same device was enrolled meanwhile.
        throw new AttestationError(CHECKS.recordUnchanged, { retryAfter: 1 });
      }
      if (listed.some((each) => each.subject !== subject)) throw new AttestationError(CHECKS.keySubject);
      return { write: owner, result: undefined };
    });
  }

  /** Notes where a key is, once it is taken. */
  async place(kind: string, { id, thumbprint }: AttestedKey, deviceId: string): Promise<void> {
    await changeRecord<KeyPlace, void>(this.#store, storeKeys.key(kind, id), (current) => {
      // The platform's name of a key is of one key.
      if (current !== undefined && current.thumbprint !== thumbprint)
        throw new AttestationError(CHECKS.keyFree);
      return { write: { deviceId, thumbprint }, result: undefined };
    });
  }

  /** Deletes what is kept of keys beside their record, from which they are gone. */
  async release(
    recordId: string,
    gone: readonly Enrolment[],
    device: DeviceRecord | undefined,
  ): Promise<void> {
    for (const { enrolled } of gone) {
      const { kind, key } = enrolled;
      if (key === undefined || (await this.recordIdOf(key.thumbprint)) !== recordId) continue;
      await this.#drop(storeKeys.key(kind, key.id));
      await this.#drop(storeKeys.receipt(kind, key.id));
      // Another kind of evidence may be about the same key.
      if (listedIn(device, key.thumbprint).length === 0)
        await this.#drop(storeKeys.thumbprint(key.thumbprint));
    }
  }

  async #drop(key: string): Promise<void> {
    const kept = await this.#store.get(key);
    if (kept !== undefined) await this.#store.delete(key, kept.version);
  }
}

function listedIn(device: DeviceRecord | undefined, thumbprint: string): readonly Enrolment[] {
  return (device?.enrolments ?? []).filter(({ enrolled }) => enrolled.key?.thumbprint === thumbprint);
}
