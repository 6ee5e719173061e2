import type { Health } from 'attestkit';
import type { GatewayEvent } from '../events.js';

/** Whether requests should come here, and why not. */
export interface Readiness {
  readonly ready: boolean;
  readonly components: Readonly<Record<'listeners' | 'configuration' | 'store', string>>;
}

/** What the events of a gateway say about its state. */
export class Condition {
  #listeners: 'starting' | 'ready' | 'draining' | 'stopped' = 'starting';
  #wasRejected = false;

  hear(event: GatewayEvent): void {
    if (event.type === 'state') this.#listeners = event.state;
    if (event.type === 'reload') this.#wasRejected = event.outcome === 'rejected';
  }

  /** With a configuration that was rejected the one before it is in use, so requests may come. */
  read({ healthy, down }: Health): Readiness {
    return {
      ready: this.#listeners === 'ready' && healthy,
      components: {
        listeners: this.#listeners,
        configuration: this.#wasRejected ? 'the last one was rejected' : 'loaded',
        store: down.find(({ name }) => name === 'store')?.problem ?? 'ready',
      },
    };
  }
}
