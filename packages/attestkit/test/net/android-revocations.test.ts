import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/kernel/errors.js';
import {
  remoteRevocations,
  storedRevocations,
  type RemoteRevocationsOptions,
} from '../../src/net/android-revocations.js';
import type { RevocationList, RevocationSource } from '../../src/ports/revocations.js';
import { problemOf } from './problem.js';

const START = Date.parse('2026-06-01T00:00:00Z');
const HOUR = 3600;
const DAY = 86_400;
const UNAVAILABLE = { code: 'ERR_REVOCATIONS_UNAVAILABLE', stage: 'unavailable' };

type Reply = () => Response | Promise<Response>;

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
function google(reply: Reply, options: RemoteRevocationsOptions = {}): Google {
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

function list(serials: readonly string[], headers: Record<string, string> = {}): Reply {
  const entries = Object.fromEntries(serials.map((serial) => [serial, { status: 'REVOKED' }]));
  return () => new Response(JSON.stringify({ entries }), { headers });
}

const maxAge = (seconds: number, age?: number): Record<string, string> => ({
  'cache-control': `public, max-age=${seconds}`,
  ...(age !== undefined && { age: String(age) }),
});

const down: Reply = () => new Response('', { status: 503 });

describe('a list that is fetched', () => {
  it('is asked for when the first chain needs it, once for all that wait', async () => {
    const { source, ...state } = google(list(['abc']));
    expect(state.asked).toBe(0);
    const waiting = [source.current(), source.current(), source.current()];
    expect(waiting[0]).toBeInstanceOf(Promise);
    const lists = await Promise.all(waiting);
    expect(new Set(lists).size).toBe(1);
    expect((lists[0] as RevocationList).isRevoked('abc')).toBe(true);
    expect(source.current()).toBe(lists[0]);
  });

  it('is used as long as Cache-Control says, less its Age, and then while a newer one is fetched', async () => {
    const state = google(list(['abc'], maxAge(2 * HOUR, HOUR)));
    const first = await state.source.current();
    state.reply = list(['def'], maxAge(2 * HOUR));
    state.pass(HOUR);
    expect(state.source.current()).toBe(first);
    expect(state.asked).toBe(1);
    state.pass(1);
    // Swapped as a whole, when it is there: never half of each.
    expect(state.source.current()).toBe(first);
    await state.landed();
    expect(state.asked).toBe(2);
    const second = state.source.latest();
    expect([second?.isRevoked('abc'), second?.isRevoked('def')]).toEqual([false, true]);
  });

  it.each([
    ['max-age of a year', maxAge(365 * DAY), DAY],
    ['max-age of nothing', maxAge(0), 300],
    ['no-store', { 'cache-control': 'no-store' }, 300],
    ['no-cache beside max-age', { 'cache-control': 'max-age=86400, no-cache' }, 300],
    ['an Age above max-age', maxAge(100, HOUR), 300],
    ['no field', {}, HOUR],
    ['a field that cannot be read', { 'cache-control': 'max-age=soon', age: '-7' }, HOUR],
  ])('is kept within five minutes and a day: %s', async (_name, headers, seconds) => {
    const state = google(list(['abc'], headers));
    await state.source.current();
    state.pass(seconds);
    state.source.latest();
    expect(state.asked).toBe(1);
    state.pass(1);
    state.source.latest();
    expect(state.asked).toBe(2);
  });

  it('outlives an outage as long as is configured, fails closed after that, and recovers', async () => {
    const state = google(list(['abc'], maxAge(HOUR)), { maxStaleSeconds: DAY });
    const first = await state.source.current();
    state.reply = down;
    for (let hour = 2; hour <= 24; hour += 1) {
      state.pass(HOUR);
      expect(state.source.latest()).toBe(first);
      await state.landed();
    }
    state.pass(HOUR);
    expect(state.source.latest()).toBe(first);
    await state.landed();
    state.pass(0.001);
    expect(state.source.latest()).toBeUndefined();
    expect(() => state.source.current()).toThrow(expect.objectContaining({ ...UNAVAILABLE, retryAfter: 30 }));
    const asked = state.asked;
    state.pass(30);
    await expect(state.source.current()).rejects.toMatchObject({
      ...UNAVAILABLE,
      cause: { message: 'the answer has the HTTP status 503' },
    });
    expect(state.asked).toBe(asked + 1);
    state.reply = list(['def']);
    state.pass(30);
    expect((await state.source.current()).isRevoked('def')).toBe(true);
  });

  it('counts how old it was when it came', async () => {
    const state = google(list(['abc'], maxAge(DAY, HOUR)), { maxStaleSeconds: 2 * HOUR });
    await state.source.current();
    state.reply = down;
    state.pass(HOUR);
    expect(state.source.latest()).toBeDefined();
    state.pass(1);
    expect(state.source.latest()).toBeUndefined();
  });

  it('is not used where it came too old', async () => {
    const state = google(list(['abc'], maxAge(DAY, 3 * DAY)));
    const cause = { message: 'the answer is older than maxStaleSeconds' };
    await expect(state.source.current()).rejects.toMatchObject({ ...UNAVAILABLE, cause });
  });

  it('asks no more often than the cooldown says while it cannot be had', async () => {
    const state = google(down);
    await expect(state.source.current()).rejects.toMatchObject(UNAVAILABLE);
    for (let second = 0; second < 29; second += 1) {
      state.pass(1);
      expect(() => state.source.current()).toThrow(expect.objectContaining(UNAVAILABLE));
      expect(state.source.latest()).toBeUndefined();
    }
    expect(state.asked).toBe(1);
  });

  it('is asked for again where the clock was set back', async () => {
    const state = google(list(['abc'], maxAge(HOUR)));
    const first = await state.source.current();
    state.pass(-30 * DAY);
    expect(state.source.latest()).toBe(first);
    expect(state.asked).toBe(2);
  });

  it('does not throw where nobody waits for it', async () => {
    const state = google(() => Promise.reject(new Error('no network')));
    expect(state.source.latest()).toBeUndefined();
    await state.landed();
    expect(state.asked).toBe(1);
  });
});

it.each([
  ['an array', () => new Response('[]')],
  ['no entries', () => new Response('{}')],
  ['HTML', () => new Response('<html>')],
  ['nothing', () => new Response('')],
  ['another status', () => new Response('{"entries":{}}', { status: 404 })],
  ['over 8 MiB', () => new Response(Buffer.alloc(8_388_609, ' '))],
  ['a failure', () => Promise.reject(new Error('refused'))],
] satisfies [string, Reply][])(
  'an answer that cannot be used never replaces one that can: %s',
  async (_name, reply) => {
    const state = google(list(['abc'], maxAge(HOUR)));
    const first = await state.source.current();
    state.reply = reply;
    state.pass(HOUR + 1);
    state.source.latest();
    await state.landed();
    await state.landed();
    expect(state.asked).toBe(2);
    expect(state.source.current()).toBe(first);
  },
);

it('gives up at the deadline', async () => {
  const state = google(() => new Promise(() => undefined), { timeoutMs: 20 });
  const cause = { message: 'there was no complete answer within 20 ms' };
  await expect(state.source.current()).rejects.toMatchObject({ ...UNAVAILABLE, cause });
});

describe('a list that was stored', () => {
  const document = { entries: { abc: { status: 'SUSPENDED' } } };
  const fetchedAt = new Date(START);

  it('is used until it is too old, and refuses then', () => {
    let now = START;
    const source = storedRevocations(document, { fetchedAt, maxStaleSeconds: DAY, now: () => now });
    expect(source.latest()?.isRevoked('abc')).toBe(true);
    now += 1000 * DAY;
    expect(source.current()).toBe(source.latest());
    now += 1;
    expect(source.latest()).toBeUndefined();
    expect(() => source.current()).toThrow(expect.objectContaining(UNAVAILABLE));
  });

  it.each([
    ['document', { list: {} }, { fetchedAt }],
    ['fetchedAt', document, { fetchedAt: '2026-06-01' }],
    ['fetchedAt', document, {}],
    ['fetchedAt', document, { fetchedAt, now: () => START + 8000 * DAY }],
    ['maxStaleSeconds', document, { fetchedAt, maxStaleSeconds: 1 }],
    ['file', document, { fetchedAt, file: 'status.json' }],
  ])('is refused at start-up, naming %s', (variable, sent, options) => {
    const make = (): unknown => storedRevocations(sent, { now: () => START, ...options } as never);
    expect(problemOf(make)).toBe(variable);
  });
});

it.each([
  ['url', 'http://android.googleapis.com/attestation/status', {}],
  ['url', 'https://me:secret@example.com/', {}],
  ['maxStaleSeconds', undefined, { maxStaleSeconds: 8 * DAY }],
  ['maxStaleSeconds', undefined, { maxStaleSeconds: 299 }],
  ['timeoutMs', undefined, { timeoutMs: 0 }],
  ['cooldownSeconds', undefined, { cooldownSeconds: 0.5 }],
  ['maxStale', undefined, { maxStale: 1 }],
])('refuses a configuration that makes no sense: %s', (variable, url, options) => {
  expect(problemOf(() => remoteRevocations(url, options as never))).toBe(variable);
  expect(() => remoteRevocations(url, options as never)).toThrow(ConfigurationError);
});
