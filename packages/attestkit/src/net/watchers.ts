import type { RemoteEvent } from '../ports/events.js';

/** Who is told of the requests to one service. What a listener throws changes nothing. */
export class Watchers {
  readonly #listeners = new Set<(event: RemoteEvent) => void>();

  /** The port's member `watch`. */
  readonly watch = (listener: (event: RemoteEvent) => void): void => {
    this.#listeners.add(listener);
  };

  tell(url: string, facts: Partial<Pick<RemoteEvent, 'durationMs' | 'status' | 'cause' | 'circuit'>>): void {
    if (this.#listeners.size === 0) return;
    const { durationMs = 0, status, cause, circuit } = facts;
    const { host } = new URL(url);
    const event: RemoteEvent = { type: 'remote', at: Date.now(), durationMs, host, status, cause, circuit };
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch {
        // Watching must not change what happens.
      }
    }
  }
}
