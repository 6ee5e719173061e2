import { ClientError } from '../client-error.js';
import type { Installation, Kept } from '../installation/installation.js';

/** The installation during an episode, and what is stored of it. */
export interface Held {
  now(): Installation;
  /** Stores what the next step must not be done without. @throws ClientError (rejects with it) */
  require(change: Partial<Installation>): Promise<void>;
  /** Stores it as far as that works: what is stored else is older, and the next episode recovers from it. */
  note(change: Partial<Installation>): Promise<void>;
}

export function heldIn(kept: Kept, loaded: Installation): Held {
  let current = loaded;
  return {
    now: () => current,
    async require(change) {
      const changed = { ...current, ...change };
      try {
        await kept.save(changed);
      } catch (cause) {
        throw new ClientError('throttled', 'the storage does not save', { cause });
      }
      current = changed;
    },
    async note(change) {
      current = { ...current, ...change };
      await kept.save(current).catch(() => undefined);
    },
  };
}
