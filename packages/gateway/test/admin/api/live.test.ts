import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Live } from '../../../src/admin/api/live.js';
import { Refusal } from '../../../src/admin/answer.js';
import type { DecisionRow, LiveBatch, Overview } from '../../../src/shapes/seen.js';
import { adminGateway, ask, READER, signedIn } from '../support/ask.js';

/** What came of a stream. */
interface Stream {
  readonly written: () => string;
  readonly batches: () => (LiveBatch & { readonly id: number })[];
  readonly state: { hasEnded: boolean; isDestroyed: boolean; waiting: number };
}

function row(id: number, outcome: DecisionRow['outcome'] = 'accepted'): DecisionRow {
  return { id, at: id, outcome, name: `/v1/${id}` } as DecisionRow;
}

/** A history of which the test is the gateway. */
function rows(before: readonly DecisionRow[] = []) {
  const kept = [...before];
  const listeners = new Set<(row: DecisionRow) => void>();
  return {
    listeners,
    hear(each: DecisionRow): void {
      kept.push(each);
      for (const listener of listeners) listener(each);
    },
    after(id: number) {
      const newer = kept.filter((each) => each.id > id).toReversed();
      return { rows: newer.slice(0, 20), left: Math.max(0, newer.length - 20), last: newer[0]?.id ?? id };
    },
    watch(listener: (row: DecisionRow) => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** Opens a stream on responses that only remember. */
function open(live: Live, lines: readonly string[] = [], lasts: () => boolean = () => true): Stream {
  const state = { hasEnded: false, isDestroyed: false, waiting: 0 };
  let text = '';
  const res = Object.assign(new EventEmitter(), {
    writeHead: () => res,
    write: (chunk: string) => (text += chunk),
    end: () => (state.hasEnded = true),
    destroy: () => (state.isDestroyed = true),
  });
  Object.defineProperty(res, 'writableLength', { get: () => state.waiting });
  const req = { rawHeaders: lines, socket: { end: () => undefined } } as unknown as IncomingMessage;
  const user = { name: 'rita', role: 'read' } as const;
  void live.endpoints['GET /api/live']?.answer({
    req,
    res: res as unknown as ServerResponse,
    user,
    lasts,
    query: new URLSearchParams(),
  });
  const batches = () =>
    [...text.matchAll(/^id: (\d+)\ndata: (.*)\n\n/gm)].map(([, id, data]) => ({
      ...(JSON.parse(data ?? '') as LiveBatch),
      id: Number(id),
    }));
  return { written: () => text, batches, state };
}

describe('a stream', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('has one batch a quarter of a second, of 20 rows at most, however many there are', () => {
    const history = rows();
    const live = new Live(history, () => 7);
    const { batches, written } = open(live);
    for (let id = 1; id <= 250; id += 1) history.hear(row(id, id % 2 === 0 ? 'refused' : 'accepted'));
    expect(batches()).toEqual([]);
    vi.advanceTimersByTime(250);
    const [batch] = batches();
    expect(batches()).toHaveLength(1);
    expect(batch).toMatchObject({ id: 250, at: 7, left: 230 });
    expect(batch?.rows.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, at) => 250 - at));
    expect(batch?.counts).toEqual({ accepted: 125, reported: 0, refused: 125, open: 0 });
    vi.advanceTimersByTime(1000);
    expect(batches()).toHaveLength(1);
    history.hear(row(251, 'open'));
    vi.advanceTimersByTime(250);
    expect(batches()[1]).toMatchObject({
      left: 0,
      counts: { accepted: 0, reported: 0, refused: 0, open: 1 },
    });
    expect(written()).toMatch(/^retry: 2000\n/);
    live.close();
  });

  it('has nothing in a batch that was counted before it', () => {
    const history = rows();
    const live = new Live(history, () => 7);
    const { batches } = open(live);
    history.hear(row(1));
    live.flush();
    history.hear(row(2));
    expect(batches().map(({ id }) => id)).toEqual([1]);
    vi.advanceTimersByTime(250);
    expect(batches().map(({ id, counts }) => [id, counts.accepted])).toEqual([
      [1, 1],
      [2, 1],
    ]);
    live.close();
  });

  it('goes on after the id that a client saw last, and repeats nothing', () => {
    const history = rows(Array.from({ length: 30 }, (_, at) => row(at + 1)));
    const live = new Live(history, () => 7);
    const first = open(live, ['Last-Event-ID', '5']);
    expect(first.batches()).toEqual([
      expect.objectContaining({
        id: 30,
        left: 5,
        counts: { accepted: 20, reported: 0, refused: 0, open: 0 },
      }),
    ]);
    history.hear(row(31));
    const second = open(live, ['Last-Event-ID', '29']);
    vi.advanceTimersByTime(250);
    expect(first.batches().map(({ id }) => id)).toEqual([30, 31]);
    expect(second.batches().map(({ rows: all }) => all.map(({ id }) => id))).toEqual([[31, 30]]);
    live.close();
  });

  it.each([['x'], ['-1'], ['1.5'], ['1'.repeat(17)], [''], ['1', '2']])(
    'is refused with the ids %j',
    (...ids) => {
      const live = new Live(rows(), () => 7);
      expect(() =>
        open(
          live,
          ids.flatMap((id) => ['Last-Event-ID', id]),
        ),
      ).toThrow(Refusal);
    },
  );

  it('takes ids as they are in a history', () => {
    const live = new Live(rows(), () => 7);
    expect(open(live, ['Last-Event-ID', '1800000000000001']).state.hasEnded).toBe(false);
    live.close();
  });

  it('says each 15 seconds that it goes on', () => {
    const live = new Live(rows(), () => 7);
    const { written } = open(live);
    vi.advanceTimersByTime(60_000);
    expect(written().match(/^: goes on$/gm)).toHaveLength(4);
    live.close();
  });

  it('is one of 20 at most, and the history is watched for them alone', () => {
    const history = rows();
    const live = new Live(history, () => 7);
    let hasEnded = false;
    const first = open(live, [], () => !hasEnded);
    for (let at = 1; at < 20; at += 1) open(live);
    expect(history.listeners.size).toBe(1);
    expect(() => open(live)).toThrow('Too many pages');
    hasEnded = true;
    vi.advanceTimersByTime(250);
    expect(first.state.hasEnded).toBe(true);
    open(live);
    expect(() => open(live)).toThrow('Too many pages');
    live.close();
    expect([history.listeners.size, vi.getTimerCount()]).toEqual([0, 0]);
    expect(() => open(live)).toThrow(Refusal);
  });

  it('is cut off if the client does not read', () => {
    const history = rows();
    const live = new Live(history, () => 7);
    const [slow, other] = [open(live), open(live)];
    slow.state.waiting = 65_500;
    history.hear(row(1));
    vi.advanceTimersByTime(250);
    expect([slow.state.isDestroyed, slow.batches().length]).toEqual([true, 0]);
    expect([other.state.isDestroyed, other.batches().length]).toEqual([false, 1]);
    live.close();
  });
});

describe('a stream of a gateway', () => {
  /** Resolves with the response once its head is there. */
  const stream = (url: string, cookie: string): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      request(`${url}/api/live`, { headers: { cookie, 'sec-fetch-site': 'same-origin' } }, resolve)
        .on('error', reject)
        .end();
    });
  const next = (res: IncomingMessage, wanted: RegExp): Promise<string> =>
    new Promise((resolve) => {
      let text = '';
      res.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (wanted.test(text)) resolve(text);
      });
    });
  const ended = (res: IncomingMessage): Promise<unknown> =>
    new Promise((resolve) => res.resume().once('close', resolve));

  it('is sent before counts that have the same', async () => {
    const { url, adminUrl } = await adminGateway();
    const cookie = await signedIn(adminUrl, READER);
    const res = await stream(adminUrl, cookie);
    const data = next(res, /^data: .*\n\n/m);
    await fetch(`${url}/x`);
    const overview = await ask(adminUrl, { path: '/api/overview', cookie });
    const { at, totals } = JSON.parse(overview.body) as Overview;
    const [, batch = ''] = /^data: (.*)$/m.exec(await data) ?? [];
    expect(totals.refused).toBe(1);
    expect((JSON.parse(batch) as LiveBatch).at).toBeLessThanOrEqual(at);
    res.destroy();
  });

  it('has what happens, without path and token', async () => {
    const { url, adminUrl } = await adminGateway();
    const res = await stream(adminUrl, await signedIn(adminUrl, READER));
    expect([res.statusCode, res.headers['content-type'], res.headers['cache-control']]).toEqual([
      200,
      'text/event-stream',
      'no-store',
    ]);
    const data = next(res, /^data: .*\n\n/m);
    await fetch(`${url}/users/alice`, { headers: { 'approov-token': 'a.b.c' } });
    const text = await data;
    expect(text).toMatch(/"outcome":"refused"/);
    expect(text).not.toMatch(/alice|a\.b\.c/);
    res.destroy();
  });

  it('ends with its session', async () => {
    const { adminUrl } = await adminGateway();
    const cookie = await signedIn(adminUrl, READER);
    const res = await stream(adminUrl, cookie);
    await ask(adminUrl, { method: 'DELETE', path: '/api/session', cookie });
    await ended(res);
  });

  it('ends with the gateway', async () => {
    const { adminUrl, close } = await adminGateway();
    const res = await stream(adminUrl, await signedIn(adminUrl, READER));
    await Promise.all([ended(res), close()]);
  });
});
