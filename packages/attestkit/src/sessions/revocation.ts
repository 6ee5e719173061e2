import { BoundedCache } from '../kernel/bounded-cache.js';
import { AttestationError } from '../kernel/errors.js';
import type { Store } from '../ports/store.js';
import { ACCESS_CHECKS as CHECKS } from './access-checks.js';
import { changeRecord, readRecord } from './records.js';
import { storeKeys } from './store-keys.js';

/** What can be revoked: one session with its refresh tokens, a device, or a device's key. */
export type Scope = 'session' | 'device' | 'key';

/**
 * What has been revoked of one scope: a cut-off by counting, which needs no clocks to agree. Each revocation raises
 * the epoch, and what was issued in an earlier epoch stays dead, also after the block has been lifted.
 */
export interface Cutoff {
  readonly blocked: boolean;
  readonly epoch: number;
}

const NEVER: Cutoff = Object.freeze({ blocked: false, epoch: 0 });

/** How soon a revocation has to take effect on every instance. */
export type RevocationCheck = 'immediate' | 'off' | { readonly maxStaleSeconds: number };

/** One scope of a session, with the epoch in which it was issued. */
export interface IssuedIn {
  readonly scope: Scope;
  readonly id: string;
  readonly epoch: number;
}

interface Known {
  readonly cutoff: Cutoff;
  /** When it was asked for, and not when the answer came. */
  readonly askedAt: number;
}

/** Cut-offs in the store, and a memory of them that is never older than the stated bound. */
export class Revocation {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #maxStaleMs: number | undefined;
  readonly #known = new BoundedCache<Known>(30_000);

  constructor(store: Store, check: RevocationCheck, now: () => number) {
    this.#store = store;
    this.#now = now;
    this.#maxStaleMs = check === 'off' ? undefined : check === 'immediate' ? 0 : check.maxStaleSeconds * 1000;
  }

  /**
   * Holds what a session says of itself to the cut-offs; at once where all of them are known and fresh.
   *
   * @throws AttestationError ERR_SESSION_REVOKED, or of stage `unavailable`
   */
  check(issued: readonly IssuedIn[]): Promise<void> | undefined {
    if (this.#maxStaleMs === undefined) return undefined;
    const now = this.#now();
    const unknown: IssuedIn[] = [];
    for (const each of issued) {
      const known = this.#known.get(`${each.scope}/${each.id}`);
      const age = known === undefined ? Number.POSITIVE_INFINITY : now - known.askedAt;
      // A clock that was set back makes nothing fresh.
      if (known === undefined || age < 0 || age >= this.#maxStaleMs) unknown.push(each);
      else assertAlive(known.cutoff, each);
    }
    return unknown.length === 0 ? undefined : this.checkNow(unknown);
  }

  /** The same, asking the store for each. */
  async checkNow(issued: readonly IssuedIn[]): Promise<void> {
    const cutoffs = await Promise.all(issued.map(({ scope, id }) => this.#read(scope, id)));
    for (const [at, each] of issued.entries()) assertAlive(cutoffs[at] as Cutoff, each);
  }

  /**
   * The epoch of what is to be issued now, asked of the store.
   *
   * @throws AttestationError ERR_SESSION_REVOKED where it is blocked
   */
  async openEpoch(scope: Scope, id: string): Promise<number> {
    const { blocked, epoch } = await this.#read(scope, id);
    if (blocked) throw new AttestationError(CHECKS.revoked);
    return epoch;
  }

  async #read(scope: Scope, id: string): Promise<Cutoff> {
    const key = storeKeys.cutoff(scope, id);
    const askedAt = this.#now();
    const kept = await readRecord<Cutoff>(this.#store, key);
    const cutoff = kept?.record ?? NEVER;
    this.#known.set(`${scope}/${id}`, { cutoff, askedAt });
    return cutoff;
  }

  /** Ends all that was issued so far, and blocks what comes until it is lifted. */
  async revoke(scope: Scope, id: string, ttlMs?: number): Promise<void> {
    await this.#change(
      scope,
      id,
      ({ blocked, epoch }) => ({ blocked: true, epoch: blocked ? epoch : epoch + 1 }),
      ttlMs,
    );
  }

  /** Ends all that was issued so far. What comes is let in, unless it was blocked before. */
  async end(scope: Scope, id: string): Promise<void> {
    await this.#change(scope, id, ({ blocked, epoch }) => ({ blocked, epoch: epoch + 1 }));
  }

  /** Lets new enrolments and sessions in again; earlier ones stay dead. */
  async lift(scope: Scope, id: string): Promise<void> {
    await this.#change(scope, id, ({ epoch }) => ({ blocked: false, epoch }));
  }

  async #change(scope: Scope, id: string, change: (cutoff: Cutoff) => Cutoff, ttlMs?: number): Promise<void> {
    const key = storeKeys.cutoff(scope, id);
    await changeRecord<Cutoff, void>(this.#store, key, (current = NEVER) => ({
      write: change(current),
      ttlMs,
      result: undefined,
    }));
    this.#known.delete(`${scope}/${id}`);
  }
}

function assertAlive({ blocked, epoch }: Cutoff, issued: IssuedIn): void {
  if (blocked || issued.epoch < epoch) throw new AttestationError(CHECKS.revoked);
}
