import type { AppCheckConsumer } from '../../../src/ports/google.js';

/** A consumer that gives one outcome, and what it was asked. */
export function consumer(outcome: unknown) {
  const asked: string[] = [];
  const consume = (sent: string): unknown => {
    asked.push(sent);
    return Promise.resolve(outcome);
  };
  return { asked, consumer: { consume } as AppCheckConsumer };
}
