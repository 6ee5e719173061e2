import { expect, it, vi } from 'vitest';
import { decision, endpoint, failure, refusal, SAMPLES } from '../support/events.js';
import { MINUTE, newFile, NOON, opened, READY, SECOND, type Opened } from './support/opened.js';

const at = NOON;

/** So far apart that none is left out. */
function hearMany({ history, clock }: Opened, count: number, from = 0): void {
  for (let each = from; each < from + count; each++) {
    clock.now += 10;
    history.hear(decision({ at: clock.now, requestId: `r-${each}` }));
  }
}

const idsOf = (rows: readonly { readonly requestId: string }[]) => rows.map(({ requestId }) => requestId);

it('keeps of a decision what the shape says, and not its path', async () => {
  const { history } = await opened();
  const claimed = { version: '3.1' };
  history.hear(decision({ ...refusal('ERR_APPROOV_TOKEN_EXPIRED', 'by an hour'), at, claimed }));
  const { rows } = history.decisions({ limit: 10 });
  expect(rows).toEqual([
    {
      id: expect.any(Number),
      at,
      durationMs: 0.123,
      requestId: 'r-1',
      type: 'decision',
      name: '/v2/*',
      method: 'GET',
      outcome: 'refused',
      status: 401,
      code: 'ERR_APPROOV_TOKEN_EXPIRED',
      says: `${failure('ERR_APPROOV_TOKEN_EXPIRED').says} (by an hour)`,
      evidence: [],
      device: 'hash-of-device',
      address: 'hash-of-address',
      app: { id: 'com.example.app', platform: 'android', version: '7' },
      claimed,
    },
  ]);
  expect(JSON.stringify(rows)).not.toContain('alice');
});

it('has null for what an event does not say', async () => {
  const { history } = await opened();
  const nothing = { route: undefined, device: undefined, address: undefined, app: undefined };
  history.hear(decision({ at, ...nothing }));
  history.hear(endpoint({ at, evidence: undefined }));
  expect(history.decisions({ limit: 10 }).rows).toMatchObject([
    { type: 'endpoint', name: 'attest', evidence: [], claimed: null, status: 200 },
    { name: '', device: null, address: null, app: null, claimed: null, code: null, says: null, status: null },
  ]);
});

it('tells all failures that report mode let pass', async () => {
  const { history } = await opened();
  const reported = [failure('ERR_APPROOV_TOKEN_EXPIRED'), failure('ERR_APPROOV_TOKEN_MISSING')];
  history.hear(decision({ at, outcome: 'reported', code: 'ERR_APPROOV_TOKEN_EXPIRED', reported }));
  expect(history.decisions({ limit: 1 }).rows[0]?.says).toBe(`${reported[0]?.says}; ${reported[1]?.says}`);
});

it('reads a decision that says nothing of what the request claims', async () => {
  const { history } = await opened();
  const { claimed: _, ...event } = decision({ at });
  history.hear(event as ReturnType<typeof decision>);
  expect(history.decisions({ limit: 1 }).rows).toMatchObject([{ claimed: null }]);
});

it('keeps short what a client can make long', async () => {
  const { history } = await opened();
  const long = 'x'.repeat(1_000_000);
  const app = { id: long, platform: long, version: long };
  const event = { ...refusal('ERR_APPROOV_TOKEN_EXPIRED', long), at, requestId: long, method: long };
  history.hear({
    ...event,
    code: long,
    device: long,
    address: long,
    route: long,
    app,
    claimed: { version: long },
  });
  expect(JSON.stringify(history.decisions({ limit: 1 })).length).toBeLessThan(2500);
});

it.each([
  'device',
  'session',
  'store',
  'remote',
  'fault',
  'upstream',
  'question',
  'reload',
  'state',
] as const)('has no row for an event of type %s', async (type) => {
  const { history } = await opened();
  history.hear({ ...SAMPLES[type], at });
  expect(history.decisions({ limit: 10 })).toEqual({ rows: [], more: false });
});

it.each([
  [{ outcome: 'refused' }, ['r-b', 'r-a']],
  [{ outcome: 'open' }, []],
  [{ name: '/a' }, ['r-a']],
  [{ name: '/A' }, []],
  [{ name: '/%' }, []],
  [{ name: '' }, []],
  [{ code: 'ERR_APPROOV_TOKEN_EXPIRED' }, ['r-b', 'r-a']],
  [{ code: 'ERR_APPROOV' }, []],
  [{ requestId: 'r-c' }, ['r-c']],
  [{ requestId: "' OR 1=1 --" }, []],
  [{ device: 'd' }, ['r-c', 'r-a']],
  [{ device: 'hash-of-address' }, ['r-c', 'r-b', 'r-a']],
  [{ device: 'd', outcome: 'refused' }, ['r-a']],
  [{ device: 'd', name: '/b' }, []],
  [{}, ['r-c', 'r-b', 'r-a']],
] as const)('finds by %j', async (query, found) => {
  const { history } = await opened();
  const refused = { ...refusal('ERR_APPROOV_TOKEN_EXPIRED'), at };
  history.hear({ ...refused, requestId: 'r-a', route: '/a', device: 'd' });
  history.hear({ ...refused, requestId: 'r-b', route: '/b', device: undefined });
  history.hear(decision({ at, requestId: 'r-c', route: '/c', device: 'd' }));
  const { rows, more } = history.decisions({ ...query, limit: 10 });
  expect(idsOf(rows)).toEqual(found);
  expect(more).toBe(false);
});

it('finds rows by the name that an overview has, however long it is', async () => {
  const { history } = await opened();
  history.hear(decision({ at, route: `/${'long/'.repeat(100)}` }));
  const name = history.overview('hour', READY).by.route[0]?.name ?? '';
  expect(history.decisions({ name, limit: 1 }).rows).toHaveLength(1);
});

it('goes through pages without a gap or a repetition', async () => {
  const all = await opened();
  hearMany(all, 25);
  const seen: string[] = [];
  let before: number | undefined;
  for (let page = 0; page < 3; page++) {
    const { rows, more } = all.history.decisions({ before, limit: 10 });
    seen.push(...idsOf(rows));
    before = rows.at(-1)?.id;
    expect(more).toBe(page < 2);
  }
  expect(seen).toEqual(Array.from({ length: 25 }, (_, each) => `r-${24 - each}`));
});

it.each([
  [0, 1],
  [-3, 1],
  [Number.NaN, 1],
  [2.7, 2],
  [1e9, 500],
])('answers a limit of %d with %d rows', async (limit, length) => {
  const all = await opened();
  hearMany(all, 600);
  expect(all.history.decisions({ limit }).rows).toHaveLength(length);
});

it('drops the oldest beyond 20,000', async () => {
  const all = await opened(newFile());
  for (const round of [0, 1, 2, 3, 4, 5, 6]) {
    hearMany(all, 3000, round * 3000);
    all.history.after(0);
  }
  const { history } = all;
  const [newest] = history.decisions({ limit: 1 }).rows;
  const count = 20_000;
  expect(idsOf(history.decisions({ before: (newest?.id ?? 0) - count + 2, limit: 5 }).rows)).toEqual([
    'r-1000',
  ]);
  expect(history.decisions({ requestId: 'r-999', limit: 1 }).rows).toEqual([]);
});

it('keeps a part of many requests at once, rather those that were refused, and says how many it left out', async () => {
  const { history } = await opened();
  for (let each = 0; each < 1000; each++) history.hear(decision({ at }));
  for (let each = 0; each < 300; each++) history.hear({ ...refusal('ERR_APPROOV_TOKEN_EXPIRED'), at });
  const { rows, left } = history.after(0);
  expect(rows).toHaveLength(20);
  expect(left).toBe(1280);
  expect(history.decisions({ outcome: 'accepted', limit: 500 }).rows).toHaveLength(400);
  expect(history.decisions({ outcome: 'refused', limit: 500 }).rows).toHaveLength(100);
});

it('keeps 150 a second of many for long, also if their times mix at the border of a second', async () => {
  const { history } = await opened();
  for (let second = 0; second < 10; second++)
    for (let each = 0; each < 1000; each++)
      history.hear({ ...refusal('ERR_APPROOV_TOKEN_EXPIRED'), at: at + second * SECOND - (each % 2) });
  const pages = [history.decisions({ limit: 500 })];
  while (pages.at(-1)?.more === true)
    pages.push(history.decisions({ before: pages.at(-1)?.rows.at(-1)?.id, limit: 500 }));
  expect(pages.flatMap(({ rows }) => rows)).toHaveLength(500 + 9 * 150);
});

it('keeps rows again after the clock was set back', async () => {
  const { history } = await opened();
  for (let each = 0; each < 1000; each++) history.hear(decision({ at }));
  history.hear(decision({ at: at - 60 * MINUTE, requestId: 'after' }));
  expect(history.decisions({ requestId: 'after', limit: 1 }).rows).toHaveLength(1);
});

it('goes on from an id', async () => {
  const all = await opened();
  const { history } = all;
  const begun = history.after(0);
  expect(begun).toEqual({ rows: [], left: 0, last: expect.any(Number) });
  hearMany(all, 3);
  const three = history.after(begun.last);
  expect([idsOf(three.rows), three.left]).toEqual([['r-2', 'r-1', 'r-0'], 0]);
  expect(three.last).toBe(three.rows[0]?.id);
  expect(history.after(three.last)).toEqual({ rows: [], left: 0, last: three.last });
  hearMany(all, 30, 3);
  const many = history.after(three.last);
  expect(many.rows).toHaveLength(20);
  expect([many.rows[0]?.requestId, many.left]).toEqual(['r-32', 10]);
  // An id that no history gave.
  expect(history.after(many.last + 5)).toEqual({ rows: [], left: 0, last: many.last });
});

it.each([0, -1000])(
  'lets ids rise over a restart with the clock %d ms later, and counts no gap between',
  async (ms) => {
    const file = newFile();
    const first = await opened(file);
    hearMany(first, 5);
    const [last] = first.history.decisions({ limit: 1 }).rows;
    const begun = (last?.id ?? 0) - 4;
    first.history.close();
    const second = await opened(file, first.clock.now + ms);
    expect(second.history.after(begun)).toMatchObject({ left: 0 });
    hearMany(second, 1, 5);
    const { rows, left } = second.history.after(begun);
    expect([idsOf(rows), left]).toEqual([['r-5', 'r-4', 'r-3', 'r-2', 'r-1'], 0]);
    expect(rows[0]?.id).toBeGreaterThan(last?.id ?? Number.POSITIVE_INFINITY);
  },
);

it('lets ids rise over a restart without a file', async () => {
  const first = await opened();
  hearMany(first, 50);
  const { last } = first.history.after(0);
  const second = await opened(undefined, first.clock.now + SECOND);
  hearMany(second, 1);
  expect(second.history.after(last).rows).toHaveLength(1);
});

it('calls those who watch, until they stop', async () => {
  const { history } = await opened();
  const listener = vi.fn();
  const [stop, stopSecond] = [history.watch(listener), history.watch(listener)];
  history.hear(decision({ at }));
  expect(listener).toHaveBeenCalledTimes(2);
  expect(listener).toHaveBeenCalledWith(history.decisions({ limit: 1 }).rows[0]);
  stop();
  stop();
  history.hear(decision({ at }));
  expect(listener).toHaveBeenCalledTimes(3);
  stopSecond();
  history.hear(decision({ at }));
  expect(listener).toHaveBeenCalledTimes(3);
});

it('calls those who watch also for rows that are not kept, and whatever another one throws', async () => {
  const { history } = await opened();
  const listener = vi.fn();
  history.watch(() => {
    throw new Error('of a listener');
  });
  history.watch(listener);
  for (let each = 0; each < 700; each++) history.hear(decision({ at }));
  expect(listener).toHaveBeenCalledTimes(700);
});
