import { digestOf, randomText } from './tokens.js';
import type { User } from './user.js';

const MOST = 1000;
/** Of one token or user: with more sign-ins they end only their own. */
const MOST_OF_ONE = 20;
const IDLE_MS = 3_600_000;
const WHOLE_MS = 43_200_000;

/** One sign-in of a user. */
export interface Session {
  readonly user: User;
  readonly beganAt: number;
  usedAt: number;
  hasEnded: boolean;
}

/** Sessions of this process, by the hash of their id, so that a copy of the memory does not sign anyone in. */
export class Sessions {
  /** The one used last is at the end. */
  readonly #byHash = new Map<string, Session>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @returns its id, which is new each time */
  begin(user: User): string {
    const id = randomText();
    const at = this.#now();
    this.#byHash.set(digestOf(id), { user, beganAt: at, usedAt: at, hasEnded: false });
    const own = [...this.#byHash].flatMap(([hash, each]) => (each.user.name === user.name ? [hash] : []));
    if (own.length > MOST_OF_ONE) this.#drop(own[0] as string);
    else if (this.#byHash.size > MOST) this.#drop([...this.#byHash.keys()][0] as string);
    return id;
  }

  /** The session of an id, which counts as used now. */
  use(id: string): Session | undefined {
    const hash = digestOf(id);
    const session = this.#byHash.get(hash);
    if (session === undefined) return undefined;
    if (!this.lasts(session)) {
      this.#drop(hash);
      return undefined;
    }
    session.usedAt = this.#now();
    this.#byHash.delete(hash);
    this.#byHash.set(hash, session);
    return session;
  }

  lasts({ beganAt, usedAt, hasEnded }: Session): boolean {
    const at = this.#now();
    return !hasEnded && at - usedAt < IDLE_MS && at - beganAt < WHOLE_MS;
  }

  end(id: string): void {
    this.#drop(digestOf(id));
  }

  #drop(hash: string): void {
    const session = this.#byHash.get(hash);
    if (session !== undefined) session.hasEnded = true;
    this.#byHash.delete(hash);
  }
}
