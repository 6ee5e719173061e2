import { ClientError } from '../client-error.js';
import { stopwatch } from '../clock.js';
import type { Clock } from '../ports.js';
import type { Endpoints } from '../protocol/endpoints.js';

/** Challenges for signed requests, one of them fetched ahead. */
export interface Challenges {
  /** A challenge that was not used. @throws ClientError (rejects with it) */
  take(label: string): Promise<string>;
  /** Fetches the next one, without anybody waiting. */
  prefetch(label: string): void;
  clear(): void;
}

/** Milliseconds of life that a challenge needs, for the way and the server. */
const NEEDED_MS = 30_000;

interface Ahead {
  readonly label: string;
  readonly challenge: Promise<{ readonly text: string; readonly leftMs: () => number } | undefined>;
}

export function challengesOf(endpoints: Endpoints, clock: Clock): Challenges {
  let ahead: Ahead | undefined;
  async function fetched(label: string): Promise<{ text: string; leftMs: () => number }> {
    const reply = await endpoints.challenge(label, 'request');
    const { value, answer, status, retryAfterMs, cause } = reply;
    if (value === undefined) {
      const type = answer === 'silent' ? 'offline' : answer === 'busy' ? 'throttled' : 'misconfigured';
      throw new ClientError(type, 'there is no challenge', { status, retryAfterMs, cause });
    }
    const passed = stopwatch(clock);
    return { text: value.challenge, leftMs: () => value.expiresInMs - passed() };
  }
  return {
    async take(label) {
      const taken = ahead;
      ahead = undefined;
      const kept = taken?.label === label ? await taken.challenge : undefined;
      if (kept !== undefined && kept.leftMs() > NEEDED_MS) return kept.text;
      return (await fetched(label)).text;
    },
    prefetch(label) {
      ahead ??= { label, challenge: fetched(label).catch(() => undefined) };
    },
    clear() {
      ahead = undefined;
    },
  };
}
