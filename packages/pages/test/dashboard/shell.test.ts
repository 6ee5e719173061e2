import { afterEach, describe, expect, test, vi } from 'vitest';
import { ask, AskError, onSignedOut } from '../../src/shell/ask.js';
import { ago, compact, dateTime, duration, percent, time, whole } from '../../src/shell/format.js';
import { visible } from '../../src/shell/visible.js';

function answering(status: number, body: string): ReturnType<typeof vi.fn> {
  const fetching = vi.fn(async () => new Response(status === 204 ? null : body, { status }));
  vi.stubGlobal('fetch', fetching);
  return fetching;
}

afterEach(() => vi.unstubAllGlobals());

describe('ask', () => {
  test('gets by default, and posts a body as JSON', async () => {
    const fetching = answering(200, '{"a":1}');
    expect(await ask('/api/x')).toEqual({ a: 1 });
    expect(fetching).toHaveBeenLastCalledWith('/api/x', { method: 'GET' });
    const { signal } = new AbortController();
    await ask('/api/x', { body: { b: 2 }, signal });
    expect(fetching).toHaveBeenLastCalledWith('/api/x', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"b":2}',
      signal,
    });
    answering(204, '');
    expect(await ask('/api/x', { method: 'DELETE' })).toBeUndefined();
  });

  test.each([
    [403, '{"says":"You may read only."}', 'You may read only.'],
    [500, '', 'The gateway answered 500.'],
    [502, '<html>Bad gateway</html>', 'The gateway answered 502.'],
    [
      200,
      '<html>Sign in at the proxy</html>',
      'The answer cannot be read. Look whether something is in between.',
    ],
  ])('answered %d with %j fails', async (status, body, says) => {
    answering(status, body);
    const error = await ask('/api/x').catch((problem: unknown) => problem);
    expect(error).toBeInstanceOf(AskError);
    expect(error).toMatchObject({ status, message: says });
  });

  test('returns answers above 399 that the caller takes', async () => {
    answering(422, '{"problem":1}');
    expect(await ask('/api/x', { taken: [422] })).toEqual({ problem: 1 });
  });

  test('says that there was no answer, unless it was the caller who stopped', async () => {
    vi.stubGlobal('fetch', async () => {
      throw new TypeError('Failed to fetch');
    });
    await expect(ask('/api/x')).rejects.toMatchObject({ status: 0, name: 'AskError' });
    const controller = new AbortController();
    controller.abort();
    await expect(ask('/api/x', { signal: controller.signal })).rejects.toThrow('Failed to fetch');
  });

  test('tells who listens that the session has ended, until they stop', async () => {
    const listener = vi.fn();
    const stop = onSignedOut(listener);
    answering(401, '{"says":"Sign in."}');
    await expect(ask('/api/x')).rejects.toMatchObject({ status: 401, message: 'Sign in.' });
    expect(listener).toHaveBeenCalledTimes(1);
    answering(403, '{}');
    await expect(ask('/api/x')).rejects.toMatchObject({ status: 403 });
    expect(listener).toHaveBeenCalledTimes(1);
    stop();
    answering(401, '');
    await expect(ask('/api/x')).rejects.toMatchObject({ status: 401 });
    expect(listener).toHaveBeenCalledTimes(1);
  });
});

describe('visible', () => {
  test.each([
    ['plain\ttext\n', [{ text: 'plain\ttext\n' }]],
    ['a\u202eb', [{ text: 'a' }, { escape: '\\u{202e}' }, { text: 'b' }]],
    ['\u0000', [{ escape: '\\u{0}' }]],
    ['\r\u2028', [{ escape: '\\u{d}' }, { escape: '\\u{2028}' }]],
    ['\ud800x', [{ escape: '\\u{d800}' }, { text: 'x' }]],
    ['\u200b\ufeff', [{ escape: '\\u{200b}' }, { escape: '\\u{feff}' }]],
    ['😀é', [{ text: '😀é' }]],
    ['', []],
  ])('%j', (text, runs) => {
    expect(visible(text)).toEqual(runs);
  });
});

describe('format', () => {
  const number = (value: number): string => new Intl.NumberFormat().format(value);

  test('numbers', () => {
    expect(whole(1234)).toBe(number(1234));
    expect(compact(9999)).toBe(number(9999));
    expect(compact(12_345)).not.toBe(number(12_345));
    expect(percent(0)).not.toBe(percent(0.0004));
    expect(percent(0.0004)).not.toBe(percent(0.004));
    expect(percent(0.5)).toContain('50');
  });

  test('a time has its date on another day', () => {
    const now = new Date(2026, 10, 29, 12, 0, 0).getTime();
    expect(time(now - 60_000, now)).not.toBe(dateTime(now - 60_000));
    expect(time(now - 86_400_000, now)).toBe(dateTime(now - 86_400_000));
  });

  test.each([
    [-3 * 60_000, 'minute', -3],
    [2 * 86_400_000, 'day', 2],
    [-400 * 86_400_000, 'year', -1],
    [0, 'second', 0],
    [-59_999, 'second', -59],
    [7_200_000, 'hour', 2],
  ] as const)('%d ms from now', (distance, unit, count) => {
    const words = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' }).format(count, unit);
    expect(ago(1e12 + distance, 1e12)).toBe(words);
  });

  test.each([
    [0.421, `${number(0.42)} ms`],
    [1.26, `${number(1.3)} ms`],
    [12.3, '12 ms'],
    [1500, `${number(1.5)} s`],
  ])('%d ms', (milliseconds, says) => {
    expect(duration(milliseconds)).toBe(says);
  });
});
