import { AsyncLocalStorage } from 'node:async_hooks';
import { hash } from 'node:crypto';
import type { Store } from 'attestkit';
import type { AppCheckConsumer } from 'attestkit/app-check';

/** Something that can be done once: to claim a challenge, to use a value of a counter. */
export interface OneTime {
  /**
   * @param step what it is, in full: two that differ in anything have different texts
   * @param take does it; true for exactly one caller
   */
  once(step: string, take: () => Promise<boolean>): Promise<boolean>;
}

/** The question that is being answered. The guard does not know that there are questions, and its store is not told. */
const asking = new AsyncLocalStorage<OneTime>();

/** Runs work whose one-time steps go through `by`. */
export function within<T>(by: OneTime, work: () => T): T {
  return asking.run(by, work);
}

/** The store, with each one-time step left to the question that takes it. Outside of questions it is the store itself. */
export function oneTimeStore(store: Store): Store {
  return {
    claim: (key, ttlMs) => once(`claim ${key}`, () => store.claim(key, ttlMs)),
    advance: (key, value, options) =>
      once(`advance ${key} ${value}`, () => store.advance(key, value, options)),
    get: (key) => store.get(key),
    put: (key, value, expected, ttlMs) => store.put(key, value, expected, ttlMs),
    delete: (key, expected) => store.delete(key, expected),
    ...(store.check && { check: () => store.check?.() ?? Promise.resolve() }),
  };
}

/** The same of Firebase, which remembers used tokens by itself. */
export function oneTimeConsumer(consumer: AppCheckConsumer): AppCheckConsumer {
  return {
    ...(consumer.watch && { watch: (listener) => consumer.watch?.(listener) }),
    async consume(token, signal) {
      let consumption = CONSUMED;
      await once(`consume ${hash('sha256', token, 'base64url')}`, async () => {
        consumption = await consumer.consume(token, signal);
        return consumption.outcome === 'consumed' && !consumption.already;
      });
      return consumption;
    },
  };
}

type Consumption = Awaited<ReturnType<AppCheckConsumer['consume']>>;

const CONSUMED: Consumption = { outcome: 'consumed', already: false };

function once(step: string, take: () => Promise<boolean>): Promise<boolean> {
  return asking.getStore()?.once(step, take) ?? take();
}
