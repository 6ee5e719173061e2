import { afterEach, describe, expect, it, vi } from 'vitest';
import { storedRevocations } from '../../src/net/android-revocations.js';
import { DAY, down, google, HOUR, list, maxAge, START, UNAVAILABLE } from './support/revocations.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('a list that is fetched is asked for again while half of its time is left', () => {
  it.each([
    ['a day, of a list for a day', DAY, maxAge(DAY), DAY / 2],
    ['an hour, of a list for a day', HOUR, maxAge(DAY), HOUR / 2],
    ['an hour, of a list that is half an hour old', HOUR, maxAge(DAY, HOUR / 2), HOUR / 4],
    ['five minutes, of a list for no time', 300, maxAge(0), 150],
    ['two days, of a list for a year', 2 * DAY, maxAge(365 * DAY), DAY],
  ])('%s', async (_name, maxStaleSeconds, headers, seconds) => {
    const state = google(list(['abc'], headers), { maxStaleSeconds });
    const first = await state.source.current();
    state.pass(seconds);
    state.source.latest();
    expect(state.asked).toBe(1);
    state.reply = list(['def'], headers);
    state.pass(1);
    expect(state.source.latest()).toBe(first);
    await state.landed();
    expect(state.asked).toBe(2);
    expect(state.source.latest()?.isRevoked('def')).toBe(true);
  });

  it('so that an outage as long as the other half changes nothing', async () => {
    const state = google(list(['abc'], maxAge(DAY)), { maxStaleSeconds: HOUR });
    const first = await state.source.current();
    state.reply = down;
    for (let minute = 1; minute <= 60; minute += 1) {
      state.pass(60);
      expect(state.source.current()).toBe(first);
      await state.landed();
    }
    expect(state.asked).toBe(1 + 30);
  });

  it('by whoever wants the latest alone, even where it is over', async () => {
    const state = google(list(['abc'], maxAge(HOUR)));
    await state.source.current();
    state.pass(30 * DAY);
    expect(state.source.latest()).toBeUndefined();
    await state.landed();
    expect(state.source.latest()).toBeDefined();
    expect(state.asked).toBe(2);
  });
});

it('a clock that was set back makes no list younger', async () => {
  const state = google(list(['abc'], maxAge(HOUR)), { maxStaleSeconds: DAY });
  await state.source.current();
  state.reply = down;
  state.pass(DAY - 60);
  state.source.latest();
  await state.landed();
  state.pass(-60);
  expect(state.source.latest()).toBeDefined();
  await state.landed();
  expect(state.asked).toBe(3);
  state.pass(121);
  expect(state.source.latest()).toBeUndefined();
});

describe('the age of an answer', () => {
  it('that is all that is allowed fails, and nobody asks until the cooldown is over', async () => {
    const state = google(list(['abc'], maxAge(HOUR, 300)), { maxStaleSeconds: 300 });
    const cause = { message: 'the answer is too old for maxStaleSeconds' };
    await expect(state.source.current()).rejects.toMatchObject({ ...UNAVAILABLE, cause, retryAfter: 30 });
    for (let second = 1; second < 30; second += 1) {
      state.pass(1);
      expect(() => state.source.current()).toThrow(expect.objectContaining(UNAVAILABLE));
    }
    expect(state.asked).toBe(1);
  });

  it.each(['99999999999', '9'.repeat(400), '-7', 'soon', '', '1.5', '500000, 1', 'x, 1'])(
    'is the greatest where it cannot be read, and the first of several: %j',
    async (age) => {
      const state = google(list(['abc'], { age }));
      await expect(state.source.current()).rejects.toMatchObject({
        ...UNAVAILABLE,
        cause: { message: 'the answer is too old for maxStaleSeconds' },
      });
    },
  );

  it.each(['0', '10', '10, 500000', '10,10'])('is read: %j', async (age) => {
    const state = google(list(['abc'], { age }));
    expect((await state.source.current()).size).toBe(1);
  });
});

describe('a list that names no certificate', () => {
  const none = ['{"entries":{}}', '{"entries":{"abc":{"status":"OK"}}}'];

  it.each(none)('never takes the place of one that does: %s', async (text) => {
    for (const environment of ['production', 'development', 'test']) {
      vi.stubEnv('NODE_ENV', environment);
      const state = google(list(['abc'], maxAge(HOUR)));
      await state.source.current();
      state.reply = () => new Response(text);
      state.pass(HOUR + 1);
      state.source.latest();
      await state.landed();
      expect(state.asked).toBe(2);
      expect(state.source.latest()?.isRevoked('abc')).toBe(true);
    }
  });

  it.each(none)('is no list outside of development: %s', async (text) => {
    vi.stubEnv('NODE_ENV', 'production');
    const cause = { message: 'the answer names no certificate' };
    const { source } = google(() => new Response(text));
    await expect(source.current()).rejects.toMatchObject({ ...UNAVAILABLE, cause });
  });

  it.each(['development', 'test'])(
    'is used in %s, and wherever it is given directly',
    async (environment) => {
      vi.stubEnv('NODE_ENV', environment);
      expect((await google(list([])).source.current()).size).toBe(0);
      vi.stubEnv('NODE_ENV', 'production');
      const options = { fetchedAt: new Date(START), now: () => START };
      expect(storedRevocations({ entries: {} }, options).latest()?.size).toBe(0);
    },
  );
});
