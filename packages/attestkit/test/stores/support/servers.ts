import { onTestFinished } from 'vitest';

export const REDIS_URL = process.env['ATTESTKIT_REDIS_URL'] ?? 'redis://127.0.0.1:6379';
export const POSTGRES_URL =
  process.env['ATTESTKIT_POSTGRES_URL'] ?? 'postgres://postgres@127.0.0.1:5432/test';

/**
 * Whether there is what some tests need. Where there is not they are skipped aloud; in CI that is a failure, so that
 * nothing passes there for want of a server.
 */
export async function present(what: string, probe: () => unknown): Promise<boolean> {
  try {
    await probe();
    return true;
  } catch (error) {
    if (process.env['CI'] === 'true') throw new Error(`the tests need ${what}`, { cause: error });
    process.stderr.write(`\nSKIPPED: there is no ${what}, so the tests that need it did not run\n`);
    return false;
  }
}

/** Waits until something is so, as long as the test itself lasts. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const over = new AbortController();
  onTestFinished(() => over.abort());
  while (!over.signal.aborted && !(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}
