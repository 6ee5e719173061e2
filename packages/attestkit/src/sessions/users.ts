import { AttestationError } from '../kernel/errors.js';
import type { Store } from '../ports/store.js';
import { ACCESS_CHECKS as CHECKS } from './access-checks.js';
import { storeKeys } from './store-keys.js';
import { decodeRecord, encodeRecord } from './stored-value.js';

/** The users whose installations get no session. What has to stay out is the user: a phone can begin anew. */
export class Users {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** @throws AttestationError (rejects with it) ERR_SESSION_USER_BLOCKED */
  async assertOpen(user: string | undefined): Promise<void> {
    if (user === undefined) return;
    const found = await this.#store.get(storeKeys.user(user));
    if (found === undefined) return;
    if (decodeRecord<{ blocked?: unknown }>(found).blocked !== false)
      throw new AttestationError(CHECKS.userBlocked);
  }

  async block(user: string): Promise<void> {
    const key = storeKeys.user(user);
    // Written once and deleted: where another one was faster, it is blocked already.
    await this.#store.put(key, encodeRecord({ blocked: true }), undefined);
  }

  /** @returns false where the user was not blocked */
  async unblock(user: string): Promise<boolean> {
    const key = storeKeys.user(user);
    const found = await this.#store.get(key);
    return found !== undefined && this.#store.delete(key, found.version);
  }
}
