import { ClientError } from '../client-error.js';
import type { Climbed } from './surroundings.js';
import type { Clock } from '../ports.js';
import { stopwatch } from '../clock.js';

/** A session as the client uses it. */
export interface Session {
  readonly token: string;
  readonly label: string;
  /** The platform's name of its key. */
  readonly key: string | undefined;
}

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
  readonly pause: { readonly error: ClientError; readonly leftMs: number } | undefined;
}

/** The first pause after an episode that failed; each one doubles it. Never days: the phone may be in another network. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 300_000;

/** A session is renewed when this share of its life is left, or this time. */
const AHEAD = 0.2;
const AHEAD_MS = 120_000;

/** @param random a number from 0 to 1, to spread the pauses of many phones */
export function sessionsOf(
  climb: (mustProve: boolean) => Promise<Climbed>,
  clock: Clock,
  random: () => number,
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
      const { issued, label, key } = await climb(mustProve);
      const passed = stopwatch(clock);
      const session = { token: issued.session, label, key };
      const aheadMs = Math.min(issued.expiresInMs * AHEAD, AHEAD_MS);
      current = { session, leftMs: () => issued.expiresInMs - passed(), aheadMs };
      failures = 0;
      mustProve = false;
      paused = undefined;
      return session;
    } catch (thrown) {
      const error =
        thrown instanceof ClientError
          ? thrown
          : new ClientError('throttled', String(thrown), { cause: thrown });
      const pauseMs = pause(error);
      throw withRetry(error, pauseMs);
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

  function begin(): Promise<Session> {
    running ??= episode().finally(() => {
      running = undefined;
    });
    return running;
  }

  return {
    async get(isAskedByUser = false) {
      const left = current?.leftMs() ?? 0;
      if (current !== undefined && left > current.aheadMs) return current.session;
      const isPaused = paused !== undefined && paused.leftMs() > 0 && !(isAskedByUser && !paused.isFixed);
      if (running === undefined && isPaused && paused !== undefined) {
        if (current !== undefined && left > 0) return current.session;
        throw withRetry(paused.error, paused.leftMs());
      }
      try {
        return await begin();
      } catch (error) {
        // What is still good serves on: the next request tries again.
        if (current !== undefined && current.leftMs() > 0) return current.session;
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
    fail(error) {
      pause(error);
    },
    clear() {
      current = undefined;
      paused = undefined;
      failures = 0;
    },
    get has() {
      return current !== undefined && current.leftMs() > 0;
    },
    get pause() {
      const leftMs = paused?.leftMs() ?? 0;
      return paused !== undefined && leftMs > 0 ? { error: paused.error, leftMs } : undefined;
    },
  };
}

/** Says when it makes sense to try again. */
function withRetry(error: ClientError, retryAfterMs: number): ClientError {
  if (error.type !== 'throttled' && error.type !== 'offline') return error;
  const { type, message, action, status, code, cause } = error;
  return new ClientError(type, message, {
    retryAfterMs: Math.ceil(retryAfterMs),
    action,
    status,
    code,
    cause,
  });
}
