import { afterEach, describe, expect, it, vi } from 'vitest';
import { retrying } from '../../src/net/apple/retry.js';
import type { ReceiptExchange } from '../../src/ports/receipts.js';
import { appleServer, NEW_RECEIPT, RECEIPT, receiptsAt, renewed, status } from './support/apple-server.js';

afterEach(() => {
  vi.useRealTimers();
});

describe('a failure that may pass', () => {
  it.each([429, 500, 502, 503])('is tried again: %i', async (code) => {
    const server = await appleServer(status(code), status(code), renewed);
    const { receipts, pauses } = receiptsAt(server);
    expect(await receipts.exchange(RECEIPT, 'production')).toEqual({
      outcome: 'renewed',
      receipt: NEW_RECEIPT,
    });
    expect(pauses).toEqual([400, 800]);
    expect(server.requests).toBe(3);
    expect(new Set(server.seen.map(({ body }) => body)).size).toBe(1);
  });

  it('is tried again after a connection that broke', async () => {
    const server = await appleServer((request) => void request.socket.destroy(), renewed);
    const { receipts } = receiptsAt(server);
    expect(await receipts.exchange(RECEIPT, 'production')).toMatchObject({ outcome: 'renewed' });
  });

  it('is the outcome after the last attempt', async () => {
    const server = await appleServer(status(503));
    const { receipts, pauses } = receiptsAt(server, { attempts: 5, deadlineMs: 60_000 });
    expect(await receipts.exchange(RECEIPT, 'production')).toMatchObject({ outcome: 'unavailable' });
    expect(server.requests).toBe(5);
    expect(pauses).toEqual([400, 800, 1600, 3200]);
  });

  it('pauses up to half as long, by chance', async () => {
    const server = await appleServer(status(503));
    const { receipts, pauses } = receiptsAt(server, {}, { random: () => 0.999 });
    await receipts.exchange(RECEIPT, 'production');
    expect(pauses.map(Math.round)).toEqual([200, 400]);
  });

  it('is not tried again beyond the deadline', async () => {
    const server = await appleServer(status(503));
    const { receipts, pauses } = receiptsAt(server, { attempts: 10, deadlineMs: 1300 });
    await receipts.exchange(RECEIPT, 'production');
    expect(pauses).toEqual([400, 800]);
  });

  it('has what is left until the deadline for its last attempt', async () => {
    const server = await appleServer(status(503), () => undefined);
    const { receipts } = receiptsAt(server, { deadlineMs: 500 });
    expect(await receipts.exchange(RECEIPT, 'production')).toMatchObject({
      problem: 'there was no complete answer within 100 ms',
    });
  });
});

it.each([304, 400, 401, 404, 403, 204])('a status that says no is not tried again: %i', async (code) => {
  const server = await appleServer(status(code));
  const { receipts, pauses } = receiptsAt(server);
  await receipts.exchange(RECEIPT, 'production');
  expect([server.requests, pauses]).toEqual([1, []]);
});

describe('Retry-After', () => {
  it('makes a pause longer', async () => {
    const server = await appleServer(status(429, { 'retry-after': '2' }), renewed);
    const { receipts, pauses } = receiptsAt(server);
    expect(await receipts.exchange(RECEIPT, 'production')).toMatchObject({ outcome: 'renewed' });
    expect(pauses).toEqual([2000]);
  });

  it('is counted from the date of the answer', async () => {
    const dates = { date: 'Thu, 01 Jan 2026 00:00:00 GMT', 'retry-after': 'Thu, 01 Jan 2026 00:00:03 GMT' };
    const server = await appleServer(status(503, dates), renewed);
    const { receipts, pauses } = receiptsAt(server);
    await receipts.exchange(RECEIPT, 'production');
    expect(pauses).toEqual([3000]);
  });

  it.each([
    ['86400', 3600],
    ['9', 9],
    ['999999999', 3600],
  ])('of %s ends the exchange, to be tried again after %i s', async (text, seconds) => {
    const server = await appleServer(status(429, { 'retry-after': text }));
    const { receipts, pauses } = receiptsAt(server);
    const exchange = await receipts.exchange(RECEIPT, 'production');
    expect(exchange).toMatchObject({ outcome: 'throttled', retryAfter: seconds });
    expect([server.requests, pauses]).toEqual([1, []]);
  });

  it.each(['', '-1', '1e9', 'soon', '0x10', '9999999999', '1.5'])(
    'that makes no sense is ignored: %s',
    async (text) => {
      const server = await appleServer(status(429, { 'retry-after': text }), renewed);
      const { receipts, pauses } = receiptsAt(server);
      await receipts.exchange(RECEIPT, 'production');
      expect(pauses).toEqual([400]);
    },
  );

  it.each(['0', 'Thu, 01 Jan 1970 00:00:00 GMT'])('never makes a pause shorter: %s', async (text) => {
    const server = await appleServer(status(429, { 'retry-after': text }), renewed);
    const { receipts, pauses } = receiptsAt(server);
    await receipts.exchange(RECEIPT, 'production');
    expect(pauses).toEqual([400]);
  });
});

describe('after an exchange that came to nothing', () => {
  it('nothing is sent for 30 seconds, and the answer is the same', async () => {
    const server = await appleServer(status(503), status(503), status(503), renewed);
    const { receipts, clock } = receiptsAt(server);
    const first = await receipts.exchange(RECEIPT, 'production');
    clock.ms += 29_001;
    expect(await receipts.exchange(RECEIPT, 'production')).toEqual({ ...first, retryAfter: 1 });
    expect(server.requests).toBe(3);
    clock.ms += 999;
    expect(await receipts.exchange(RECEIPT, 'production')).toMatchObject({ outcome: 'renewed' });
    expect(await receipts.exchange(RECEIPT, 'production')).toMatchObject({ outcome: 'renewed' });
  });

  it('nothing is sent for as long as the answer said', async () => {
    const server = await appleServer(status(429, { 'retry-after': '600' }), renewed);
    const { receipts, clock } = receiptsAt(server);
    await receipts.exchange(RECEIPT, 'production');
    clock.ms += 599_000;
    expect(await receipts.exchange(RECEIPT, 'production')).toMatchObject({
      outcome: 'throttled',
      retryAfter: 1,
    });
    clock.ms += 1000;
    expect(await receipts.exchange(RECEIPT, 'production')).toMatchObject({ outcome: 'renewed' });
  });

  it('the other environment is asked all the same', async () => {
    const server = await appleServer(status(503), status(503), status(503), renewed);
    const { receipts } = receiptsAt(server);
    await receipts.exchange(RECEIPT, 'production');
    expect(await receipts.exchange(RECEIPT, 'development')).toMatchObject({ outcome: 'renewed' });
  });

  it.each([304, 400, 401, 404])(
    'other receipts are sent where the answer was about one: %i',
    async (code) => {
      const server = await appleServer(status(code), renewed);
      const { receipts } = receiptsAt(server);
      await receipts.exchange(RECEIPT, 'production');
      expect(await receipts.exchange(RECEIPT, 'production')).toMatchObject({ outcome: 'renewed' });
    },
  );
});

describe('a caller that gives up', () => {
  const gaveUp: ReceiptExchange = { outcome: 'unavailable', problem: 'the caller gave up', retryAfter: 30 };

  it('before the request sends nothing', async () => {
    const server = await appleServer(renewed);
    const { receipts } = receiptsAt(server);
    expect(await receipts.exchange(RECEIPT, 'production', AbortSignal.abort())).toEqual(gaveUp);
    expect(await receipts.exchange(RECEIPT, 'production')).toMatchObject({ outcome: 'renewed' });
  });

  it('during the request hangs up, and stops nobody else', async () => {
    const stop = new AbortController();
    const server = await appleServer(() => stop.abort(), renewed);
    const { receipts } = receiptsAt(server);
    expect(await receipts.exchange(RECEIPT, 'production', stop.signal)).toEqual(gaveUp);
    await vi.waitFor(() => expect(server.pending).toBe(0));
    expect(await receipts.exchange(RECEIPT, 'production')).toMatchObject({ outcome: 'renewed' });
    expect(server.requests).toBe(2);
  });

  it('during a pause leaves no timer and makes no further attempt', async () => {
    vi.useFakeTimers();
    const stop = new AbortController();
    const failed: ReceiptExchange = { outcome: 'unavailable', problem: 'none', retryAfter: 30 };
    let attempts = 0;
    const retry = retrying({ timeoutMs: 1000, deadlineMs: 8000, attempts: 3 });
    const result = retry.run(async () => {
      attempts += 1;
      return { exchange: failed };
    }, stop.signal);
    await Promise.resolve();
    await Promise.resolve();
    expect([attempts, vi.getTimerCount()]).toEqual([1, 1]);
    stop.abort();
    expect(await result).toBe(failed);
    expect([attempts, vi.getTimerCount()]).toEqual([1, 0]);
  });
});

it('pauses for real, and leaves no timer', async () => {
  vi.useFakeTimers();
  const answers: ReceiptExchange[] = [
    { outcome: 'throttled', problem: 'none', retryAfter: 30 },
    { outcome: 'no-data' },
  ];
  const retry = retrying({ timeoutMs: 1000, deadlineMs: 8000, attempts: 3 });
  const result = retry.run(async () => ({ exchange: answers.shift() as ReceiptExchange }), undefined);
  await vi.advanceTimersByTimeAsync(199);
  expect(answers).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(201);
  expect(await result).toEqual({ outcome: 'no-data' });
  expect(vi.getTimerCount()).toBe(0);
});
