import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/kernel/errors.js';
import { remoteRevocations, storedRevocations } from '../../src/net/android-revocations.js';
import type { RevocationList } from '../../src/ports/revocations.js';
import { problemOf } from './support/problem.js';
import {
  DAY,
  down,
  google,
  HOUR,
  list,
  maxAge,
  START,
  UNAVAILABLE,
  type Reply,
} from './support/revocations.js';

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
    ['a field that cannot be read', { 'cache-control': 'max-age=soon' }, HOUR],
    ['a max-age beyond all numbers', { 'cache-control': 'max-age=99999999999' }, DAY],
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
    const cause = { message: 'the answer is too old for maxStaleSeconds' };
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

/** A list of exactly this many bytes. */
const padded = (bytes: number): string => '{"entries":{"def":{}}}'.padEnd(bytes);

it.each([
  ['an array', () => new Response('[]')],
  ['no entries', () => new Response('{}')],
  ['HTML', () => new Response('<html>')],
  ['nothing', () => new Response('')],
  ['another status', () => new Response('{"entries":{}}', { status: 404 })],
  ['over 4 MiB', () => new Response(padded(4_194_305))],
  ['entries twice', () => new Response('{"entries":{"abc":{}},"entries":{"def":{}}}')],
  ['one too old', () => new Response('{"entries":{"def":{}}}', { headers: { age: '172800' } })],
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

it('has 4 MiB at most', async () => {
  expect((await google(() => new Response(padded(4_194_304))).source.current()).size).toBe(1);
});

it('gives up at the deadline', async () => {
  const state = google(() => new Promise(() => undefined), { timeoutMs: 20 });
  const cause = { message: 'there was no complete answer within 20 ms' };
  await expect(state.source.current()).rejects.toMatchObject({ ...UNAVAILABLE, cause });
});

describe('a list that was stored', () => {
  const document = { entries: { abc: { status: 'SUSPENDED' } } };
  const fetchedAt = new Date(START);

  it('may be from a clock that is five minutes ahead, and says what is wrong with a later one', () => {
    const from = (ahead: number): unknown =>
      storedRevocations(document, { fetchedAt: new Date(START + ahead), now: () => START });
    expect(() => from(300_000)).not.toThrow();
    expect(() => from(300_001)).toThrow(
      'fetchedAt is in the future. Give when the list was fetched, as a Date of milliseconds, and check this machine’s clock.',
    );
  });

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
    ['fetchedAt', document, { fetchedAt: new Date(START + 300_001) }],
    ['fetchedAt', document, { fetchedAt: new Date(START * 1000) }],
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

it('says where the options go that are given in place of the URL', () => {
  expect(problemOf(() => remoteRevocations({ cooldownSeconds: 60 } as never))).toBe('url');
  expect(() => remoteRevocations({ cooldownSeconds: 60 } as never)).toThrow(
    'url is an object. Give options as the second argument',
  );
  expect(() => remoteRevocations(new URL('https://example.com/') as never)).toThrow(
    'url is not an absolute URL',
  );
});
