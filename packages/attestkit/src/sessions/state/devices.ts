import { BoundedCache } from '../../kernel/bounded-cache.js';
import { AttestationError } from '../../kernel/errors.js';
import type { Store } from '../../ports/store.js';
import {
  currentMarks,
  DRIFT_MS,
  endOfMarks,
  endOfRecord,
  NO_MARKS,
  POINTER_MS,
  type DeviceRecord,
  type Marks,
} from './device-record.js';
import { pointerOf, type KeyPointer } from './key-pointer.js';
import { STATE_CHECKS as CHECKS } from './state-checks.js';
import { storeKeys } from './store-keys.js';
import { decodeRecord, encodeRecord } from './stored-value.js';

/** What stands under a label: a record, or no record but marks (a fence), or nothing. */
export interface Place {
  /** SHA-256 of the label, base64url. */
  readonly labelDigest: string;
  /** What a write has to name; undefined if nothing stands. */
  readonly version: string | undefined;
  readonly record: DeviceRecord | undefined;
  readonly marks: Marks;
}

/** A stored value and the version to replace it by. */
export interface Kept<T> {
  readonly value: T;
  readonly version: string;
}

/** Where the record of an id stands. */
interface IdPointer {
  /** The digest of its label. */
  readonly l: string;
  /** As that of a `KeyPointer`. */
  readonly endless?: true;
}

/** A fence: no record, but a version, so that what was looked at before it cannot be written. */
interface Fence extends Marks {
  readonly fence: true;
}

interface Known {
  readonly place: Place;
  /** When the store was asked, and not when the answer came. */
  readonly askedAt: number;
}

/** How often a pointer is read anew after another writer came first. */
const ATTEMPTS = 8;

/** Ten years: counters always have an end. */
const FOREVER_MS = 315_360_000_000;

/** Records that an instance remembers. */
const CAPACITY = 10_000;

/** The records of devices, and what points to them. Each decision is one compare-and-set on the record under a label. */
export class Devices {
  readonly #store: Store;
  readonly #idleMs: number;
  readonly #now: () => number;
  readonly #known = new BoundedCache<Known>(CAPACITY);

  constructor(store: Store, terms: { readonly idleMs: number; readonly now: () => number }) {
    this.#store = store;
    this.#idleMs = terms.idleMs;
    this.#now = terms.now;
  }

  /** What stands under a label now. */
  async read(labelDigest: string): Promise<Place> {
    const askedAt = this.#now();
    const found = await this.#store.get(storeKeys.device(labelDigest));
    const kept = found && decodeRecord<DeviceRecord | Fence>(found);
    const record = kept === undefined || Object.hasOwn(kept, 'fence') ? undefined : (kept as DeviceRecord);
    const marks = currentMarks(kept ?? NO_MARKS, askedAt);
    const place = { labelDigest, version: found?.version, record: record && { ...record, ...marks }, marks };
    this.#known.set(labelDigest, { place, askedAt });
    return place;
  }

  /** What stood under a label at most `staleMs` ago, if this instance knows it. A refusal needs a fresh `read`. */
  recent(labelDigest: string, staleMs: number): Place | undefined {
    const known = this.#known.get(labelDigest);
    if (known === undefined) return undefined;
    const age = this.#now() - known.askedAt;
    return age >= 0 && age < staleMs ? known.place : undefined;
  }

  /**
   * Writes a record where the label still stands as it was looked at. The end of the record moves no further than its
   * pointers allow; `extend` moves both.
   *
   * @returns the record as written; undefined if another writer was faster
   */
  async write(place: Place, record: DeviceRecord): Promise<DeviceRecord | undefined> {
    const now = this.#now();
    const wanted = endOfRecord(record, this.#idleMs, now);
    const { expiresAt: _before, ...lasting } = record;
    const limit = record.pointersFor === undefined ? Number.POSITIVE_INFINITY : record.pointersFor + DRIFT_MS;
    const expiresAt = wanted === undefined ? undefined : Math.min(wanted, limit);
    const next: DeviceRecord = { ...lasting, ...(expiresAt !== undefined && { expiresAt }) };
    return (await this.#put(place, next, ttlOf(expiresAt, now))) ? next : undefined;
  }

  /** Leaves marks without a record. */
  async fence(place: Place, marks: Marks): Promise<boolean> {
    const now = this.#now();
    const { ended, spent, spentFloor } = marks;
    const value: Fence = { fence: true, ended, spent, spentFloor };
    return this.#put(place, value, ttlOf(endOfMarks(marks, now), now));
  }

  async #put(place: Place, value: DeviceRecord | Fence, ttlMs: number | undefined): Promise<boolean> {
    const { labelDigest, version } = place;
    this.#known.delete(labelDigest);
    return this.#store.put(storeKeys.device(labelDigest), encodeRecord(value), version, ttlMs);
  }

  async pointer(keyId: string): Promise<Kept<KeyPointer> | undefined> {
    if (!isName(keyId)) return undefined;
    return this.#kept<KeyPointer>(storeKeys.key(keyId));
  }

  /** @param recordEnd undefined: the pointer does not end; nor does one that is endless, whatever this says */
  async changePointer(
    pointer: KeyPointer,
    version: string | undefined,
    recordEnd: number | undefined,
  ): Promise<boolean> {
    const ttlMs = this.#pointerTtl(pointer.endless === true ? undefined : recordEnd);
    return this.#store.put(storeKeys.key(pointer.key.id), encodeRecord(pointer), version, ttlMs);
  }

  /** L of a record, for the application. */
  async labelDigestOf(recordId: string): Promise<string | undefined> {
    return isName(recordId) ? (await this.#kept<IdPointer>(storeKeys.id(recordId)))?.value.l : undefined;
  }

  /** Lets the application find a record by its id. The id is new, so that nothing stands there. */
  async writeId(recordId: string, labelDigest: string, recordEnd: number | undefined): Promise<void> {
    const value = encodeRecord({ l: labelDigest } satisfies IdPointer);
    await this.#store.put(storeKeys.id(recordId), value, undefined, this.#pointerTtl(recordEnd));
  }

  /** The receipt of a record, base64. */
  async receipt(recordId: string): Promise<string | undefined> {
    if (!isName(recordId)) return undefined;
    return (await this.#kept<{ receipt: string }>(storeKeys.receipt(recordId)))?.value.receipt;
  }

  /** Keeps the newest receipt of a record; where another writer is faster, that one's stays. */
  async writeReceipt(recordId: string, receipt: string, recordEnd: number | undefined): Promise<void> {
    const key = storeKeys.receipt(recordId);
    const value = encodeRecord({ receipt });
    if (await this.#store.put(key, value, undefined, this.#pointerTtl(recordEnd))) return;
    const kept = await this.#store.get(key);
    await this.#store.put(key, value, kept?.version, this.#pointerTtl(recordEnd));
  }

  /** Deletes what only a record that is gone needed. */
  async forgetPointers(recordId: string): Promise<void> {
    const keys = [storeKeys.id(recordId), storeKeys.receipt(recordId)];
    await Promise.all(
      keys.map(async (key) => {
        const found = await this.#store.get(key);
        if (found !== undefined) await this.#store.delete(key, found.version);
      }),
    );
  }

  /**
   * Whether the end of a record that is in use should move: further than its pointers allow, or, for signed requests that
   * write nothing, by a part of its term.
   */
  isShort(record: DeviceRecord): boolean {
    const { expiresAt, pointersFor } = record;
    const wanted = endOfRecord({ ...record, used: true }, this.#idleMs, this.#now());
    if (wanted === undefined || expiresAt === undefined) return false;
    const isPastPointers = pointersFor !== undefined && wanted > pointersFor + DRIFT_MS;
    return isPastPointers || wanted - expiresAt > Math.min(DRIFT_MS, this.#idleMs / 4);
  }

  /**
   * Keeps the pointers to a record that is being blocked for good, before the record itself: a kept record must be found. They
   * are kept when the block is lifted. A request that read a pointer before this cannot write it any more, and one that
   * reads it after leaves it as it is.
   *
   * @throws AttestationError (rejects with it) ERR_STATE_CONTENTION: doing it again is safe
   */
  async keepPointers({ id, deviceId, enrolled, keyGen }: DeviceRecord): Promise<void> {
    const { key } = enrolled;
    const kept = await Promise.all([
      this.#keepForever<IdPointer>(storeKeys.id(id), { l: storeKeys.labelDigest(deviceId) }),
      key === undefined ||
        this.#keepForever(storeKeys.key(key.id), pointerOf(deviceId, key, enrolled, keyGen)),
      key === undefined || this.#keepCounter(key.id, FOREVER_MS),
    ]);
    if (kept.includes(false)) throw new AttestationError(CHECKS.contention, { retryAfter: 1 });
  }

  /** Moves the end of a record that is in use: first of all that points to it, then its own. */
  async extend({ id, deviceId, enrolled: { key } }: DeviceRecord): Promise<void> {
    const [place, byId, receipt, pointer] = await Promise.all([
      this.read(storeKeys.labelDigest(deviceId)),
      this.#kept<IdPointer>(storeKeys.id(id)),
      this.#store.get(storeKeys.receipt(id)),
      key && this.pointer(key.id),
    ]);
    const { record } = place;
    if (record?.id !== id || record.enrolled.key?.id !== key?.id) return;
    const end = endOfRecord({ ...record, used: true }, this.#idleMs, this.#now());
    if (end === undefined) return;
    const ttlMs = ttlOf(end + POINTER_MS, this.#now());
    // Where another writer came between, it tries as well, or the next use does.
    const moved = await Promise.all([
      byId === undefined ||
        byId.value.endless ||
        this.#store.put(storeKeys.id(id), encodeRecord(byId.value), byId.version, ttlMs),
      receipt === undefined || this.#store.put(storeKeys.receipt(id), receipt.value, receipt.version, ttlMs),
      // One that the store has lost is written again.
      key === undefined ||
        this.changePointer(
          pointer?.value ?? pointerOf(deviceId, key, record.enrolled, record.keyGen),
          pointer?.version,
          end,
        ),
      key === undefined || this.#keepCounter(key.id, ttlMs),
    ]);
    if (moved.includes(false)) return;
    if ((await this.write(place, { ...record, used: true, pointersFor: end })) !== undefined) return;
    // The counter of a key has no version: a block that came first made it endless, and this shortened it.
    const { record: current } = await this.read(place.labelDigest);
    if (current?.id === id && current.blocked.length > 0) await this.keepPointers(current);
  }

  /** Lets the counter of a record live longer where its term was longer than it is configured now. */
  async keepCounterOf({ expiresAt, enrolled: { key } }: DeviceRecord): Promise<void> {
    const now = this.#now();
    if (key === undefined || expiresAt === undefined || expiresAt <= now + this.#idleMs) return;
    await this.#keepCounter(key.id, ttlOf(expiresAt + POINTER_MS, now));
  }

  /** Renews the time to live of a counter, if there is one: 0 is never new. */
  async #keepCounter(keyId: string, ttlMs: number): Promise<true> {
    await this.#store.advance(storeKeys.count(keyId), 0, { ttlMs });
    return true;
  }

  /** False if other writers came between each time. @param lost what is written if nothing stands */
  async #keepForever<T extends { readonly endless?: true }>(key: string, lost: T): Promise<boolean> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const kept = await this.#kept<T>(key);
      if (kept?.value.endless === true) return true;
      const value = encodeRecord({ ...(kept?.value ?? lost), endless: true });
      if (await this.#store.put(key, value, kept?.version)) return true;
    }
    return false;
  }

  #pointerTtl(recordEnd: number | undefined): number | undefined {
    return recordEnd === undefined ? undefined : ttlOf(recordEnd + POINTER_MS, this.#now());
  }

  async #kept<T extends object>(key: string): Promise<Kept<T> | undefined> {
    const found = await this.#store.get(key);
    return found === undefined ? undefined : { value: decodeRecord<T>(found), version: found.version };
  }
}

/** Whether a text that the application gives can be an id at all: base64url. */
function isName(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(text);
}

function ttlOf(end: number, now: number): number;
function ttlOf(end: number | undefined, now: number): number | undefined;
function ttlOf(end: number | undefined, now: number): number | undefined {
  return end === undefined ? undefined : Math.max(1, end - now);
}
