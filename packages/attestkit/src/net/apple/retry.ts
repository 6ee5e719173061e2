import type { ReceiptExchange } from '../../ports/receipts.js';

export interface RetryLimits {
  /** Milliseconds for one attempt. */
  readonly timeoutMs: number;
  /** Milliseconds for all attempts and the pauses between them. */
  readonly deadlineMs: number;
  readonly attempts: number;
}

/** What passes the time; tests bring their own. */
export interface Timing {
  /** Milliseconds of a monotonic clock. */
  readonly elapsed: () => number;
  /** Waits; no longer than until the signal. */
  readonly pause: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
  /** From 0 to below 1. */
  readonly random: () => number;
}

/** An outcome that another attempt may change. */
export type FailedExchange = Extract<ReceiptExchange, { readonly retryAfter: number }>;

/** What one attempt came to, and the seconds that the answer itself asked to wait. */
export interface Attempt {
  readonly exchange: ReceiptExchange;
  readonly wait?: number | undefined;
}

/** Runs an attempt, and again while it fails and there is time. */
export interface Retry {
  readonly elapsed: () => number;
  run(
    attempt: (timeoutMs: number) => Promise<Attempt>,
    signal: AbortSignal | undefined,
  ): Promise<ReceiptExchange>;
}

/** Milliseconds of the first pause; each next one is twice as long. */
const FIRST_PAUSE = 400;

const REAL: Timing = {
  elapsed: () => performance.now(),
  pause: (ms, signal) =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener('abort', done);
    }),
  random: Math.random,
};

/**
 * Retries with pauses that double, each up to a random half shorter, so that instances which failed together do
 * not come back together. Never waits beyond the deadline: what cannot be tried again in time is the outcome.
 */
export function retrying(limits: RetryLimits, { elapsed, pause, random }: Timing = REAL): Retry {
  return {
    elapsed,
    async run(attempt, signal) {
      const end = elapsed() + limits.deadlineMs;
      const givenUp = (): boolean => signal?.aborted === true;
      for (let tried = 1; ; tried += 1) {
        const left = Math.max(1, Math.ceil(end - elapsed()));
        const { exchange, wait = 0 } = await attempt(Math.min(limits.timeoutMs, left));
        if (!isFailed(exchange) || tried >= limits.attempts) return exchange;
        const backOff = FIRST_PAUSE * 2 ** (tried - 1) * (1 - random() / 2);
        const ms = Math.max(wait * 1000, backOff);
        if (elapsed() + ms >= end || givenUp()) return exchange;
        await pause(ms, signal);
        if (givenUp()) return exchange;
      }
    },
  };
}

export function isFailed(exchange: ReceiptExchange): exchange is FailedExchange {
  return exchange.outcome === 'throttled' || exchange.outcome === 'unavailable';
}
