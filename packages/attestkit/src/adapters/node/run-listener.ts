import { inspect } from 'node:util';

/**
 * Calls the user's listener, at once. What it throws, or rejects with, must not end the process, as a rejection
 * would, nor get lost: it becomes a warning of the process.
 *
 * @param abandon answers in the listener's place; must not throw
 */
export async function runListener(listener: () => unknown, abandon: () => void): Promise<void> {
  try {
    await listener();
  } catch (thrown) {
    abandon();
    process.emitWarning(thrown instanceof Error ? thrown : errorOf(thrown));
  }
}

/** Without the value's own code, which could throw in turn. */
function errorOf(thrown: unknown): Error {
  const shown = inspect(thrown, { customInspect: false });
  return new Error(`a listener failed with ${shown}`, { cause: thrown });
}
