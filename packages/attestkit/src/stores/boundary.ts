import type { OptionTypes } from '../kernel/config/options.js';
import { within } from '../kernel/config/whole-number.js';
import { AttestationError } from '../kernel/errors.js';
import { STORE_CHECKS as CHECKS } from './checks.js';
import { storeFailure } from './failure.js';

/** How long a store is waited for, and by how many at a time. */
export interface DeadlineOptions {
  /** Milliseconds for one operation: 1 to 60000. Default 2000. */
  readonly timeoutMs?: number | undefined;
  /**
   * Operations under way at a time, 1 to 65536; one more is rejected at once. One that timed out counts until the
   * driver has given it up, so that what waits inside the driver stays bounded too. Default 256.
   */
  readonly maxInFlight?: number | undefined;
}

export const DEADLINE_OPTIONS: OptionTypes = { timeoutMs: 'number', maxInFlight: 'number' };

const DEFAULT_TIMEOUT_MS = 2000;

/** Milliseconds for one operation, as configured. */
export function timeoutOf({ timeoutMs = DEFAULT_TIMEOUT_MS }: DeadlineOptions): number {
  return within('timeoutMs', timeoutMs, 1, 60_000);
}

/** The bounds for operations of any kind that share one driver. */
export function boundary(options: DeadlineOptions): <T>(operation: () => Promise<T>) => Promise<T> {
  const timeoutMs = timeoutOf(options);
  const maxInFlight = within('maxInFlight', options.maxInFlight ?? 256, 1, 65_536);
  let inFlight = 0;
  return <T>(operation: () => Promise<T>) => {
    // No queue: an operation that outlives its client's patience is work for nothing.
    if (inFlight >= maxInFlight) return Promise.reject(new AttestationError(CHECKS.free, { retryAfter: 1 }));
    inFlight += 1;
    // One promise for each operation and not a chain of them: a read of Redis takes few microseconds besides.
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => reject(new AttestationError(CHECKS.timely)), timeoutMs);
      const settle = (): void => {
        inFlight -= 1;
        clearTimeout(timer);
      };
      const fail = (error: unknown): void => {
        settle();
        reject(storeFailure(error));
      };
      const succeed = (answer: T): void => {
        settle();
        resolve(answer);
      };
      try {
        // A store of somebody's own may answer without a promise.
        void Promise.resolve(operation()).then(succeed, fail);
      } catch (error) {
        fail(error);
      }
    });
  };
}
