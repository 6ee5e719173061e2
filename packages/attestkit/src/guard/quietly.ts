/** Calls a listener of the user's. Whatever it throws, or rejects with later, changes nothing. */
export function quietly(call: () => unknown): void {
  try {
    const answer = call();
    if (typeof answer === 'object' && answer !== null && 'then' in answer) {
      Promise.resolve(answer).then(undefined, () => undefined);
    }
  } catch {
    // A log that fails must neither refuse a genuine request nor let a forged one pass.
  }
}
