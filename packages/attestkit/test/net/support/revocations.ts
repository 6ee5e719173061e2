import { remoteRevocations, type RemoteRevocationsOptions } from '../../../src/net/android-revocations.js';
import type { RevocationSource } from '../../../src/ports/revocations.js';

export const START = Date.parse('2026-06-01T00:00:00Z');
export const HOUR = 3600;
export const DAY = 86_400;
export const UNAVAILABLE = { code: 'ERR_REVOCATIONS_UNAVAILABLE', stage: 'unavailable' };

export type Reply = () => Response | Promise<Response>;

interface Google {
  readonly source: RevocationSource;
  reply: Reply;
  asked: number;
  /** Seconds go by. */
  pass(seconds: number): void;
  /** What was asked in the background has been answered. */
  landed(): Promise<void>;
}

/** A source whose `fetch` is the test's, and whose clock moves when the test says so. */
export function google(reply: Reply, options: RemoteRevocationsOptions = {}): Google {
  let now = START;
  const fetch = async (): Promise<Response> => {
    state.asked += 1;
    return state.reply();
  };
  const state: Google = {
    source: remoteRevocations(undefined, { fetch, now: () => now, ...options }),
    reply,
    asked: 0,
    pass(seconds) {
      now += 1000 * seconds;
    },
    landed: () => new Promise((resolve) => setImmediate(() => setImmediate(resolve))),
  };
  return state;
}

export function list(serials: readonly string[], headers: Record<string, string> = {}): Reply {
  const entries = Object.fromEntries(serials.map((serial) => [serial, { status: 'REVOKED' }]));
  return () => new Response(JSON.stringify({ entries }), { headers });
}

export const maxAge = (seconds: number, age?: number): Record<string, string> => ({
  'cache-control': `public, max-age=${seconds}`,
  ...(age !== undefined && { age: String(age) }),
});

export const down: Reply = () => new Response('', { status: 503 });
