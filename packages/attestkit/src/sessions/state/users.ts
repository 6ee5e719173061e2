import { BoundedCache } from '../../kernel/bounded-cache.js';
import { AttestationError } from '../../kernel/errors.js';
import type { Store } from '../../ports/store.js';
import { ACCESS_CHECKS as CHECKS } from './revocation-checks.js';
import { storeKeys } from './store-keys.js';
import { decodeRecord, encodeRecord } from './stored-value.js';

/** Users that an instance remembers. */
const CAPACITY = 10_000;

/** The users whose installations get no session. The user has to stay out: a phone can begin anew. */
export class Users {
  readonly #store: Store;
  readonly #now: () => number;
  /** When it was asked after users who were not blocked then. */
  readonly #open = new BoundedCache<number>(CAPACITY);

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /**
   * @param staleMs how old an earlier answer may be that lets the user in
   * @throws AttestationError (rejects with it) ERR_SESSION_USER_BLOCKED
   */
  async assertOpen(user: string | undefined, staleMs = 0): Promise<void> {
    if (user === undefined) return;
    const key = storeKeys.user(user);
    const askedAt = this.#now();
    const age = askedAt - (this.#open.get(key) ?? Number.NEGATIVE_INFINITY);
    if (age < staleMs) return;
    const found = await this.#store.get(key);
    if (found === undefined) this.#open.set(key, askedAt);
    if (found === undefined) return;
    if (decodeRecord<{ blocked?: unknown }>(found).blocked !== false)
      throw new AttestationError(CHECKS.userBlocked);
  }

  async block(user: string): Promise<void> {
    const key = storeKeys.user(user);
    this.#open.delete(key);
    // Written once and deleted: where another one was faster, it is blocked already.
    await this.#store.put(key, encodeRecord({ blocked: true }), undefined);
  }

  /** @returns false if the user was not blocked */
  async unblock(user: string): Promise<boolean> {
    const key = storeKeys.user(user);
    const found = await this.#store.get(key);
    return found !== undefined && this.#store.delete(key, found.version);
  }
}
