import { expect, it } from 'vitest';
import { CLIENT_GONE } from '../../src/events.js';
import { decision, endpoint, refusal, SAMPLES } from '../support/events.js';
import { HOUR, newFile, NOON, opened, READY, seeded } from './support/opened.js';

const { store, upstream, remote } = SAMPLES;

it.each([0.005, 0.3, 4, 180, 9000])('measures times around %d ms within a bucket', async (typical) => {
  const { history } = await opened();
  const random = seeded(3);
  const times = Array.from({ length: 5000 }, () => typical * (0.2 + random() * 2));
  for (const durationMs of times) history.hear(decision({ at: NOON, durationMs }));
  const sorted = times.toSorted((a, b) => a - b);
  const [found] = history.overview('hour', READY).latencies;
  expect(found).toMatchObject({ of: 'decision', name: '', count: 5000, failures: 0 });
  for (const [name, share] of [
    ['p50', 0.5],
    ['p95', 0.95],
    ['p99', 0.99],
  ] as const) {
    const exact = sorted[Math.floor(share * 5000)] as number;
    expect((found?.[name] as number) / exact).toBeGreaterThan(0.8);
    expect((found?.[name] as number) / exact).toBeLessThan(1.25);
  }
});

it('takes the times of a bucket as spread over it', async () => {
  const { history } = await opened();
  // The bucket from 1 to 1.21 ms.
  for (let each = 0; each < 100; each++) history.hear(decision({ at: NOON, durationMs: 1.1 }));
  const [found] = history.overview('hour', READY).latencies;
  expect(found?.p50).toBeCloseTo(10 ** (0.5 / 12), 5);
  expect(found?.p95).toBeCloseTo(10 ** (0.95 / 12), 5);
  expect(found?.p99).toBeCloseTo(10 ** (0.99 / 12), 5);
});

it('sorts by what was measured, and names it', async () => {
  const { history } = await opened();
  const at = NOON;
  for (const event of [{ ...remote, cause: undefined, status: 200 }, upstream, store, endpoint(), decision()])
    history.hear({ ...event, at });
  expect(history.overview('hour', READY).latencies.map(({ of, name, count }) => [of, name, count])).toEqual([
    ['decision', '', 1],
    ['endpoint', '', 1],
    ['store', 'get', 1],
    ['upstream', 'api', 1],
    ['remote', 'oauth2.googleapis.com', 1],
  ]);
});

it.each([
  ['an upstream that fails', upstream, 1],
  ['an upstream whose client has gone', { ...upstream, cause: CLIENT_GONE }, 0],
  ['an upstream that answers 500', { ...upstream, cause: undefined, status: 500 }, 0],
  ['a service that does not answer', remote, 1],
  ['a service that answers 503', { ...remote, cause: undefined, status: 503 }, 1],
  ['a service that answers 304', { ...remote, cause: undefined, status: 304 }, 0],
  ['a store that fails', store, 1],
  ['a refused request', refusal('ERR_APPROOV_TOKEN_EXPIRED'), 0],
  ['a request that could not be checked', decision({ outcome: 'refused', stage: 'unavailable' }), 1],
])('counts of %s its failure', async (_, event, failures) => {
  const { history } = await opened();
  history.hear({ ...event, at: NOON });
  expect(history.overview('hour', READY).latencies).toMatchObject([{ count: 1, failures }]);
});

it('measures neither a change of a circuit breaker nor a request that was let through unchecked', async () => {
  const { history } = await opened();
  history.hear(decision({ at: NOON, outcome: 'open', durationMs: 0 }));
  history.hear({ ...remote, at: NOON, circuit: 'opened' });
  expect(history.overview('hour', READY).latencies).toEqual([]);
});

it.each([Number.NaN, -5, 0, Number.POSITIVE_INFINITY, 1e300])('takes a time of %d ms', async (durationMs) => {
  const { history } = await opened();
  history.hear(decision({ at: NOON, durationMs }));
  const [found] = history.overview('hour', READY).latencies;
  expect(found?.count).toBe(1);
  expect(found?.p99).toBeGreaterThan(0);
  expect(found?.p99).toBeLessThan(1e6);
});

it('measures the store by its operations, and failed ones by their events alone', async () => {
  const { history } = await opened();
  history.stored('get', 2, false);
  history.stored('get', 2, false);
  history.stored('get', 300, true);
  history.hear({ ...store, at: NOON, operation: 'get', durationMs: 300 });
  const [found] = history.overview('hour', READY).latencies;
  expect(found).toMatchObject({ of: 'store', name: 'get', count: 3, failures: 1 });
  expect(found?.p50).toBeLessThan(3);
  expect(found?.p99).toBeGreaterThan(200);
});

it('tells failures of the store of the span, by operation', async () => {
  const { history } = await opened();
  for (const operation of ['get', 'get', 'claim'] as const) history.hear({ ...store, at: NOON, operation });
  history.hear({ ...store, at: NOON - 2 * HOUR, operation: 'put' });
  expect(history.overview('hour', READY).state.storeFailures).toEqual({ get: 2, claim: 1 });
  expect(history.overview('day', READY).state.storeFailures).toEqual({ get: 2, claim: 1, put: 1 });
});

it('adds up times of several writes and starts', async () => {
  const file = newFile();
  for (let round = 1; round <= 3; round++) {
    const { history } = await opened(file);
    history.hear({ ...upstream, at: NOON, durationMs: 10 ** round });
    history.overview('hour', READY);
    history.hear({ ...upstream, at: NOON, durationMs: 10 ** round });
    const [found] = history.overview('week', READY).latencies;
    expect(found).toMatchObject({ count: round * 2, failures: round * 2 });
    expect(found?.p99).toBeGreaterThan(10 ** round * 0.9);
    history.close();
  }
});

it('does not list more names than it should', async () => {
  const { history } = await opened();
  for (let at = 0; at < 80; at++) history.hear({ ...remote, at: NOON, host: `${at}.example.com` });
  const { latencies } = history.overview('hour', READY);
  expect(latencies).toHaveLength(51);
  expect(latencies[0]).toMatchObject({ name: 'other', count: 30 });
});
