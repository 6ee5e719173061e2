import { ClientError, type ClientErrorType } from '../client-error.js';
import { clientErrorOf } from '../ports.js';
import type { Session } from './surroundings.js';
import type { Clock } from '../ports.js';
import { stopwatch } from '../clock.js';

/** Gives sessions, one episode at a time. */
export interface Sessions {
  /** A session; waits for the episode that is running, or begins one. @throws ClientError (rejects with it) */
  get(isAskedByUser?: boolean): Promise<Session>;
  /**
   * It is not given again: the server refused it, or its key does not sign.
   *
   * @param mustProve that the next one comes by the key
   */
  drop(session: Session, mustProve?: boolean): void;
  /** The next call gets another one, as soon as there is one. */
  renew(): void;
  /** No episode begins for a while: what it would bring was refused. */
  fail(error: ClientError): void;
  /** Forgets it, without an answer to those who wait. */
  clear(): void;
  readonly has: boolean;
  /** Why there is none, and for how long no episode begins. */
  readonly pause: Pause | undefined;
}

/** Why no episode begins, and for how many milliseconds. */
export interface Pause {
  readonly type: ClientErrorType;
  readonly message: string;
  readonly leftMs: number;
}

/** The first pause after an episode that failed; each one doubles it. Never days: the phone may be in another network. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 300_000;

/** A session is renewed when this share of its life is left, or this time. */
const AHEAD = 0.2;
const AHEAD_MS = 120_000;

/**
 * @param random a number from 0 to 1, to spread the pauses of many phones
 * @param onEnd called at the end of each episode
 */
export function sessionsOf(
  climb: (mustProve: boolean) => Promise<Session>,
  clock: Clock,
  random: () => number,
  onEnd: (error?: ClientError) => void,
): Sessions {
  let current:
    | { readonly session: Session; readonly leftMs: () => number; readonly aheadMs: number }
    | undefined;
  let running: Promise<Session> | undefined;
  let paused: { readonly error: ClientError; leftMs(): number; readonly isFixed: boolean } | undefined;
  let failures = 0;
  let mustProve = false;

  async function episode(): Promise<Session> {
    try {
      const session = await climb(mustProve);
      const { expiresInMs } = session;
      const passed = stopwatch(clock);
      const aheadMs = Math.min(expiresInMs * AHEAD, AHEAD_MS);
      current = { session, leftMs: () => expiresInMs - passed(), aheadMs };
      failures = 0;
      mustProve = false;
      paused = undefined;
      onEnd();
      return session;
    } catch (thrown) {
      const error = clientErrorOf(thrown);
      onEnd(error);
      throw withRetry(error, pause(error));
    }
  }

  function pause(error: ClientError): number {
    failures += 1;
    const own = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS) * (0.5 + random());
    const pauseMs = Math.max(own, (error.retryAfterMs ?? 0) * (1 + random() / 4));
    const passed = stopwatch(clock);
    // A user who tries again may have found a network; a device that was refused has not become another one.
    const isFixed =
      error.retryAfterMs !== undefined ||
      !['offline', 'throttled', 'userActionRequired'].includes(error.type);
    paused = { error, leftMs: () => pauseMs - passed(), isFixed };
    return pauseMs;
  }

  /** The session that is still good, though another one may be due. */
  function good(): Session | undefined {
    return current !== undefined && current.leftMs() > 0 ? current.session : undefined;
  }

  return {
    async get(isAskedByUser = false) {
      if (current !== undefined && current.leftMs() > current.aheadMs) return current.session;
      try {
        if (running === undefined && paused !== undefined && (paused.isFixed || !isAskedByUser)) {
          const leftMs = paused.leftMs();
          if (leftMs > 0) throw withRetry(paused.error, leftMs);
        }
        running ??= episode().finally(() => (running = undefined));
        return await running;
      } catch (error) {
        // What is still good serves on: the next request tries again.
        const session = good();
        if (session !== undefined) return session;
        throw error;
      }
    },
    drop(session, prove = false) {
      if (current?.session !== session) return;
      current = undefined;
      mustProve ||= prove;
    },
    renew() {
      if (current !== undefined) current = { ...current, aheadMs: Number.POSITIVE_INFINITY };
    },
    fail: pause,
    clear() {
      current = undefined;
      paused = undefined;
      failures = 0;
    },
    get has() {
      return good() !== undefined;
    },
    get pause() {
      const leftMs = paused?.leftMs() ?? 0;
      if (paused === undefined || leftMs <= 0) return undefined;
      const { type, message } = paused.error;
      return { type, message, leftMs };
    },
  };
}

/** Says when it makes sense to try again. */
function withRetry(error: ClientError, retryAfterMs: number): ClientError {
  if (error.type !== 'throttled' && error.type !== 'offline') return error;
  return new ClientError(error.type, error.message, { ...error, retryAfterMs: Math.ceil(retryAfterMs) });
}
