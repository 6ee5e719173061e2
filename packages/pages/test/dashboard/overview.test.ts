import { describe, expect, test } from 'vitest';
import type { Latency, Overview } from '../../../gateway/src/shapes/seen.js';
import { troublesOf } from '../../src/dashboard/overview/health.js';
import { latencyRows } from '../../src/dashboard/overview/latency.js';
import { changeOf, hasBefore, leadOf } from '../../src/dashboard/overview/lead.js';
import { isDue, withLive } from '../../src/dashboard/overview/refresh.js';
import { lastOf, spanOf } from '../../src/dashboard/overview/span.js';
import { stackOf } from '../../src/dashboard/overview/stack.js';
import { shareOf } from '../../src/dashboard/parts/share.js';

const STEPS = { accepted: [10, 20], reported: [3, 0], refused: [1, 2], open: [0, 4] };
const HOUR = 3_600_000;

describe('span', () => {
  test.each(['', '?span=', '?span=month', '?span=Day', '?span=__proto__', '?day'])(
    '%j is an hour',
    (search) => {
      expect(spanOf(search)).toBe('hour');
    },
  );

  test('the others are kept in the query string', () => {
    expect(spanOf('?span=day')).toBe('day');
    expect(spanOf('?a=b&span=week')).toBe('week');
    expect(lastOf('week')).toBe('the last week');
  });
});

describe('the sentence at the top', () => {
  test('says how many, how they fared, and the most frequent reason', () => {
    const { says, most } = leadOf({ accepted: 90, reported: 6, refused: 4, open: 0 }, 'day', [
      { code: 'ERR_A', says: 'a', reported: 1, refused: 2 },
      { code: 'ERR_B', says: 'b', reported: 5, refused: 2 },
    ]);
    expect(says).toBe(
      `100 requests in the last day: ${shareOf(90, 100)} accepted, ${shareOf(6, 100)} reported, ${shareOf(4, 100)} refused.`,
    );
    expect(most).toEqual({ code: 'ERR_B', says: 'b', count: 7 });
  });

  test('says nothing of outcomes and codes without requests', () => {
    const { says, most } = leadOf({ accepted: 1, reported: 0, refused: 0, open: 0 }, 'hour', [
      { code: 'ERR_A', says: 'a', reported: 0, refused: 0 },
    ]);
    expect(says).toBe(`1 request in the last hour: ${shareOf(1, 1)} accepted.`);
    expect(most).toBeUndefined();
    expect(leadOf({ accepted: 0, reported: 0, refused: 0, open: 5 }, 'hour', []).says).toContain('open');
  });
});

describe('a change', () => {
  test.each([
    [0, 0, 'none in the hour before either'],
    [5, 5, 'as many as in the hour before'],
    [5, 0, 'none in the hour before'],
    [12, 10, `${shareOf(2, 10)} more than in the hour before`],
    [5, 10, `${shareOf(5, 10)} fewer than in the hour before`],
    [0, 10, `${shareOf(10, 10)} fewer than in the hour before`],
    [30, 10, '3 times as many as in the hour before'],
    [29, 10, `${shareOf(19, 10)} more than in the hour before`],
  ])('%d after %d', (now, before, says) => {
    expect(changeOf(now, before, 'hour')).toBe(says);
  });

  test('is known only if the whole span before was counted', () => {
    expect(hasBefore({ from: 2 * HOUR, span: 'hour', since: HOUR })).toBe(true);
    expect(hasBefore({ from: 2 * HOUR, span: 'hour', since: HOUR + 1 })).toBe(false);
    expect(hasBefore({ from: 2 * HOUR, span: 'day', since: 0 })).toBe(false);
  });
});

describe('the stack', () => {
  test('has the refused on the ground, and is drawn from the top', () => {
    const { seconds, layers } = stackOf(
      { from: 60_000, stepMs: 60_000, steps: STEPS },
      new Set(['accepted', 'reported', 'refused', 'open']),
    );
    expect(seconds).toEqual([60, 120]);
    expect(layers.map(({ outcome }) => outcome)).toEqual(['accepted', 'open', 'reported', 'refused']);
    expect(layers.map(({ tops }) => tops)).toEqual([
      [14, 26],
      [4, 6],
      [4, 2],
      [1, 2],
    ]);
  });

  test('leaves out what is not shown', () => {
    const { layers } = stackOf({ from: 0, stepMs: 1, steps: STEPS }, new Set(['reported']));
    expect(layers).toEqual([{ outcome: 'reported', tops: [3, 0] }]);
    expect(stackOf({ from: 0, stepMs: 1, steps: STEPS }, new Set()).layers).toEqual([]);
  });
});

describe('when to ask again', () => {
  test.each([
    [{ span: 'hour', now: 14_999, askedAt: 0, batchAt: undefined }, false],
    [{ span: 'hour', now: 15_000, askedAt: 0, batchAt: undefined }, true],
    [{ span: 'day', now: 15_000, askedAt: 0, batchAt: undefined }, false],
    [{ span: 'week', now: 60_000, askedAt: 0, batchAt: 59_999 }, true],
    [{ span: 'hour', now: 5000, askedAt: 0, batchAt: 4000 }, false],
    [{ span: 'hour', now: 5000, askedAt: 0, batchAt: 3500 }, true],
    [{ span: 'hour', now: 3999, askedAt: 0, batchAt: 1000 }, false],
  ] as const)('%j: %j', (state, is) => {
    expect(isDue(state)).toBe(is);
  });
});

describe('the counts of the stream', () => {
  const overview = {
    steps: STEPS,
    totals: { accepted: 30, reported: 3, refused: 3, open: 4 },
  } as unknown as Overview;

  test('are added to the totals and to the newest step alone', () => {
    const { totals, steps } = withLive(overview, { accepted: 5, reported: 0, refused: 1, open: 0 });
    expect(totals).toEqual({ accepted: 35, reported: 3, refused: 4, open: 4 });
    expect(steps.accepted).toEqual([10, 25]);
    expect(steps.refused).toEqual([1, 3]);
    expect(steps.reported).toBe(STEPS.reported);
    expect(STEPS.accepted).toEqual([10, 20]);
  });

  test('are added to totals without steps', () => {
    const empty = { ...overview, steps: { accepted: [], reported: [], refused: [], open: [] } };
    const { totals, steps } = withLive(empty, { accepted: 1, reported: 0, refused: 0, open: 0 });
    expect(totals.accepted).toBe(31);
    expect(steps.accepted).toEqual([]);
  });
});

test('latencies are in the order of a request', () => {
  const of = (kind: Latency['of'], name: string, count: number): Latency => ({
    of: kind,
    name,
    count,
    failures: 0,
    p50: 1,
    p95: 2,
    p99: 3,
  });
  const rows = latencyRows([
    of('remote', 'h', 9),
    of('store', 'load', 1),
    of('store', 'take', 2),
    of('decision', '', 1),
  ]);
  expect(rows.map(({ words, name }) => [words, name])).toEqual([
    ['Decisions', ''],
    ['Store', 'take'],
    ['Store', 'load'],
    ['Fetched from', 'h'],
  ]);
});

describe('troubles', () => {
  const fine = {
    ready: true,
    components: { listeners: 'ready', configuration: 'loaded', store: 'ready' },
    remotes: [
      { host: 'h', what: 'keys', circuit: 'closed', answeredAt: 0, problem: null },
      { host: 'i', what: 'list', circuit: 'closed', answeredAt: null, problem: null },
    ],
    storeFailures: { load: 0 },
  } as const;

  test('there are none if all is well', () => {
    expect(troublesOf(fine, 0)).toEqual([]);
  });

  test('a breaker that is open, and why', () => {
    const [remote] = fine.remotes;
    const [trouble, ...rest] = troublesOf(
      { ...fine, remotes: [{ ...remote, circuit: 'open', problem: 'answered 503' }] },
      120_000,
    );
    expect(trouble).toMatchObject({ isBad: true, words: 'answered 503' });
    expect(trouble?.says).toMatch(/circuit breaker for the keys is open.*answered last/);
    expect(rest).toEqual([]);
  });

  test('a service that failed once, and never answered', () => {
    const [, remote] = fine.remotes;
    const [trouble] = troublesOf({ ...fine, remotes: [{ ...remote, problem: 'ENOTFOUND' }] }, 0);
    expect(trouble).toMatchObject({ isBad: false, words: 'ENOTFOUND' });
    expect(trouble?.says).toContain('has not answered yet');
  });

  test('an open breaker without a problem is told as well', () => {
    const [remote] = fine.remotes;
    expect(troublesOf({ ...fine, remotes: [{ ...remote, circuit: 'open' }] }, 0)).toHaveLength(1);
  });

  test('the worst first', () => {
    const found = troublesOf(
      {
        ready: true,
        components: { configuration: 'the last one was rejected' },
        remotes: [],
        storeFailures: { load: 2, take: 1, keep: 0 },
      },
      0,
    );
    expect(found.map(({ isBad, words }) => [isBad, words])).toEqual([
      [true, 'load: 2, take: 1'],
      [false, 'the last one was rejected'],
    ]);
    expect(found[0]?.says).toContain('3 operations');
  });

  test('what is not ready is bad', () => {
    const found = troublesOf({ ...fine, ready: false, components: { store: 'ECONNREFUSED' } }, 0);
    expect(found.map(({ isBad }) => isBad)).toEqual([true, true]);
    expect(found[0]?.says).toContain('not ready');
  });
});
