import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Store } from 'attestkit';

/** The store that a rule is tried on. */
export interface StoreSubject {
  readonly store: Store;
  /** Makes the store's clock pass by as many milliseconds. Default: waits for as long. */
  readonly pass?: ((ms: number) => void | Promise<void>) | undefined;
}

/** One rule of the contract. */
export interface StoreRule {
  readonly name: string;
  /** Rejects if the rule does not hold. */
  run(subject: StoreSubject): Promise<void>;
}

/** A rule as it is written: `key` makes keys of its own, the same one for the same name. */
export type Trial = (
  store: Store,
  key: (name?: string) => string,
  pass: (ms: number) => Promise<void>,
) => Promise<void>;

export function rule(name: string, trial: Trial): StoreRule {
  return {
    name,
    async run({ store, pass }) {
      const own = randomUUID();
      // One millisecond more: the waiting clock and the store's may be rounded in opposite directions.
      const passed = async (ms: number): Promise<void> => void (await (pass ?? pause)(ms + 1));
      await trial(store, (key = 'key') => `contract/${own}/${key}`, passed);
    },
  };
}

/** A time to live that no test outlives, and one that a test can wait for. In milliseconds. */
export const LONG = 3_600_000;
export const SHORT = 250;

/** As many at once as a rule begins. */
export const MANY = 200;

/** How many of operations that begin at once said yes. */
export async function countYes(begin: (index: number) => Promise<boolean>, count = MANY): Promise<number> {
  const answers = await Promise.all(Array.from({ length: count }, (_, index) => begin(index)));
  return answers.filter(Boolean).length;
}
