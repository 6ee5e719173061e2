import { ClientError } from '../client-error.js';
import type { Installation, Kept } from '../installation/installation.js';

/** The installation during an episode, and what is stored of it. */
export class Held {
  private current: Installation;
  private readonly kept: Kept;

  constructor(kept: Kept, loaded: Installation) {
    this.kept = kept;
    this.current = loaded;
  }

  get now(): Installation {
    return this.current;
  }

  /** Stores what the next step must not be done without. @throws ClientError (rejects with it) */
  async require(change: Partial<Installation>): Promise<void> {
    const changed = { ...this.current, ...change };
    try {
      await this.kept.save(changed);
    } catch (cause) {
      throw new ClientError('throttled', 'the storage does not take the installation', { cause });
    }
    this.current = changed;
  }

  /** Stores it as far as that works: what is stored else is older, and the next episode recovers from it. */
  async note(change: Partial<Installation>): Promise<void> {
    this.current = { ...this.current, ...change };
    await this.kept.save(this.current).catch(() => undefined);
  }
}
