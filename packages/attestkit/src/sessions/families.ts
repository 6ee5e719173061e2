import { randomBytes } from 'node:crypto';
import { AttestationError } from '../kernel/errors.js';
import type { Store } from '../ports/store.js';
import { changeRecord, readRecord } from './records.js';
import { REFRESH_CHECKS as CHECKS } from './refresh-checks.js';
import { hashOf, refreshToken, successorMatching } from './refresh-token.js';
import type { DerivedKey } from './secrets.js';
import type { SessionBinding } from './session-binding.js';
import { storeKeys } from './store-keys.js';

/** A session through all its refreshes: what its refresh tokens descend from. */
export interface Family {
  /** The session's id. */
  readonly id: string;
  readonly deviceId: string;
  readonly recordId: string;
  /** The kind of evidence, and the key, that the session was issued on. */
  readonly kind: string;
  readonly keyId?: string;
  readonly subject?: string;
  /** Revocation epochs of device and key when it began. */
  readonly epochs: readonly [device: number, key: number];
  /** What the JWK of the key has as its thumbprint. */
  readonly thumbprint?: string;
  /** What it is bound to. */
  readonly binding?: SessionBinding;
  /** Milliseconds since the epoch; nothing prolongs it. */
  readonly expiresAt: number;
  /** Of the one refresh token that is live. */
  readonly generation: number;
  readonly hash: string;
  /** When the live one took its predecessor's place. */
  readonly rotatedAt: number;
}

/** What a session begins with. */
export type FamilyStart = Omit<Family, 'id' | 'generation' | 'hash' | 'rotatedAt'>;

/** How long a spent token gets the same answer again, as long as its successor is unused: for answers that were lost. */
const RETRY_MS = 30_000;

/** A refresh token is spent. */
export interface Rotation {
  readonly family: Family;
  readonly token: string;
  /** The token had been spent before, and got the same successor. */
  readonly retried: boolean;
}

/** Families of refresh tokens (RFC 9700 §4.14.2): each use makes a successor, and a second use ends the family. */
export class Families {
  readonly #store: Store;
  readonly #keys: readonly DerivedKey[];
  readonly #now: () => number;

  constructor(store: Store, keys: readonly DerivedKey[], now: () => number) {
    this.#store = store;
    this.#keys = keys;
    this.#now = now;
  }

  async begin(start: FamilyStart): Promise<{ readonly family: Family; readonly token: string }> {
    const id = randomBytes(16).toString('base64url');
    const token = refreshToken(this.#keys, id, 0);
    const now = this.#now();
    const family: Family = { ...start, id, generation: 0, hash: hashOf(token), rotatedAt: now };
    await changeRecord<Family, void>(this.#store, storeKeys.family(id), () => ({
      write: family,
      ttlMs: start.expiresAt - now,
      result: undefined,
    }));
    return { family, token };
  }

  /** @throws AttestationError ERR_REFRESH_EXPIRED */
  async find(id: string): Promise<Family> {
    const kept = await readRecord<Family>(this.#store, storeKeys.family(id));
    if (kept === undefined || kept.record.expiresAt <= this.#now())
      throw new AttestationError(CHECKS.expired);
    return kept.record;
  }

  /** When a family ends, and all session tokens of it; undefined where there is none. */
  async endOf(id: string): Promise<number | undefined> {
    return (await readRecord<Family>(this.#store, storeKeys.family(id)))?.record.expiresAt;
  }

  /**
   * Spends a token: exactly one of all its uses rotates, the others get the same successor for a while.
   *
   * @throws AttestationError ERR_REFRESH_REUSED, whereupon the caller has to end the family
   */
  async rotate(id: string, generation: number): Promise<Rotation> {
    return changeRecord<Family, Rotation>(this.#store, storeKeys.family(id), (family) => {
      const now = this.#now();
      if (family === undefined || family.expiresAt <= now) throw new AttestationError(CHECKS.expired);
      if (generation === family.generation) {
        const token = refreshToken(this.#keys, id, generation + 1);
        const write = { ...family, generation: generation + 1, hash: hashOf(token), rotatedAt: now };
        const result = { family: write, token, retried: false };
        return { write, ttlMs: family.expiresAt - now, result };
      }
      return { result: { family, token: this.#sentAgain(family, generation), retried: true } };
    });
  }

  /**
   * Holds a token to being the live one, or the one before it that is sent again.
   *
   * @throws AttestationError ERR_REFRESH_REUSED, whereupon the caller has to end the family
   */
  assertUnspent(family: Family, generation: number): void {
    if (generation !== family.generation) this.#sentAgain(family, generation);
  }

  /** The live token, where its predecessor was spent just now. */
  #sentAgain(family: Family, generation: number): string {
    const again =
      generation === family.generation - 1 && Math.abs(this.#now() - family.rotatedAt) <= RETRY_MS;
    const token = again
      ? successorMatching(this.#keys, family.id, family.generation, family.hash)
      : undefined;
    if (token === undefined) throw new AttestationError(CHECKS.reused);
    return token;
  }
}
