import type { Outcome } from 'attestkit';
import { CATALOG } from 'attestkit/catalog';
import { expect, it } from 'vitest';
import type { Overview, Span } from '../../src/shapes/seen.js';
import { decision, endpoint, refusal, SAMPLES } from '../support/events.js';
import { DAY, HOUR, MINUTE, newFile, NOON, opened, READY, seeded } from './support/opened.js';

const OUTCOMES: readonly Outcome[] = ['accepted', 'reported', 'refused', 'open'];
const CODES = Object.values(CATALOG)
  .flatMap(({ checks }) => checks.map(({ code }) => code as string))
  .slice(0, 12);
const NONE = { accepted: 0, reported: 0, refused: 0, open: 0 };

type Event = ReturnType<typeof decision> | ReturnType<typeof endpoint>;

function randomEvents(count: number, from: number, to: number): Event[] {
  const random = seeded(14);
  const one = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  return Array.from({ length: count }, () => {
    const outcome = one(OUTCOMES);
    const common = {
      at: Math.min(
        to - 1,
        // In one of 300 minutes: each has to be written.
        Math.floor(from + (Math.floor(random() * 300) / 300) * (to - from) + random() * MINUTE),
      ),
      outcome,
      code: outcome === 'refused' || outcome === 'reported' ? one(CODES) : undefined,
      app: one([
        undefined,
        { id: 'a', platform: one(['ios', 'android', undefined]), version: one(['1', '2', undefined]) },
      ]),
    };
    return random() < 0.8
      ? decision({
          ...common,
          route: one(['/a', '/b', undefined]),
          evidence: one([[], ['approov'], ['a', 'b']]),
        })
      : endpoint({
          ...common,
          endpoint: one(['attest', 'refresh']),
          evidence: one([undefined, 'appAttest']),
        });
  });
}

/** The same numbers, counted another way: from the list. */
function expected(events: readonly Event[], span: Span, now: number): Partial<Overview> {
  const [stepMs, length] = { hour: [MINUTE, 60], day: [15 * MINUTE, 96], week: [HOUR, 168] }[span] as [
    number,
    number,
  ];
  const from = (Math.floor(now / stepMs) - length + 1) * stepMs;
  const within = events.filter(({ at }) => at >= from && at < from + stepMs * length);
  const earlier = events.filter(({ at }) => at >= from - stepMs * length && at < from);
  const counted = (list: readonly Event[]): Record<Outcome, number> =>
    Object.fromEntries(
      OUTCOMES.map((outcome) => [outcome, list.filter((each) => each.outcome === outcome).length]),
    ) as Record<Outcome, number>;
  const by = (nameOf: (event: Event) => string | undefined) => {
    const names = [...new Set(within.map((event) => nameOf(event) ?? null))];
    return names.map((name) => ({
      name,
      ...counted(within.filter((event) => (nameOf(event) ?? null) === name)),
    }));
  };
  return {
    at: now,
    from,
    stepMs,
    steps: Object.fromEntries(
      OUTCOMES.map((outcome) => [
        outcome,
        Array.from(
          { length },
          (_, at) =>
            within.filter((each) => each.outcome === outcome && Math.floor((each.at - from) / stepMs) === at)
              .length,
        ),
      ]),
    ) as unknown as Overview['steps'],
    totals: counted(within),
    before: counted(earlier),
    by: {
      route: by((event) => (event.type === 'decision' ? event.route : event.endpoint)),
      evidence: by((event) =>
        typeof event.evidence === 'object' ? event.evidence.join('+') || undefined : event.evidence,
      ),
      platform: by((event) => event.app?.platform),
      version: by((event) => event.app?.version),
    },
    codes: CODES.map((code) => within.filter((event) => event.code === code)).flatMap((list) =>
      list.length === 0
        ? []
        : [
            {
              code: list[0]?.code ?? '',
              says: expect.any(String),
              reported: counted(list).reported,
              refused: counted(list).refused,
            },
          ],
    ),
  };
}

const inAnyOrder = <T>(list: readonly T[]) =>
  expect.toSatisfy((given: readonly T[]) => {
    expect(given).toHaveLength(list.length);
    expect(given).toEqual(expect.arrayContaining<unknown>([...list]));
    return true;
  });

it.each([
  ['hour', 130 * MINUTE],
  ['day', 50 * HOUR],
  ['week', 15 * DAY],
] as const)('counts 10,000 events of a %s and the one before it exactly', async (span, length) => {
  const { history } = await opened(newFile());
  const events = randomEvents(10_000, NOON - length, NOON).toSorted((a, b) => a.at - b.at);
  for (const event of events) history.hear(event);
  const told = history.overview(span, READY);
  const wanted = expected(events, span, NOON);
  expect(told).toMatchObject({
    ...wanted,
    by: Object.fromEntries(Object.entries(wanted.by ?? {}).map(([name, rows]) => [name, inAnyOrder(rows)])),
    codes: inAnyOrder(wanted.codes ?? []),
  });
  for (const rows of Object.values(told.by)) {
    const sums = rows.map((row) => OUTCOMES.reduce((sum, outcome) => sum + row[outcome], 0));
    expect(sums).toEqual(sums.toSorted((a, b) => b - a));
  }
});

it('counts the same if it is read in between, and after another start', async () => {
  const file = newFile();
  const events = randomEvents(2000, NOON - 50 * MINUTE, NOON);
  const first = await opened(file);
  for (const [at, event] of events.slice(0, 1000).entries()) {
    first.history.hear(event);
    if (at % 100 === 0) first.history.overview('hour', READY);
  }
  first.history.close();
  const { history } = await opened(file);
  for (const event of events.slice(1000)) history.hear(event);
  expect(history.overview('hour', READY).totals).toEqual(expected(events, 'hour', NOON).totals);
});

it('counts no event of another kind', async () => {
  const { history } = await opened();
  const { decision: _, endpoint: __, ...others } = SAMPLES;
  for (const event of Object.values(others)) history.hear({ ...event, at: NOON });
  expect(history.overview('hour', READY)).toMatchObject({
    totals: NONE,
    by: { route: [], evidence: [], platform: [], version: [] },
    codes: [],
  });
});

it('leaves out what is before and after the span', async () => {
  const { history } = await opened();
  for (const at of [NOON - 60 * MINUTE, NOON + MINUTE, NOON - 2 * HOUR]) history.hear(decision({ at }));
  expect(history.overview('hour', READY)).toMatchObject({ totals: NONE, before: { ...NONE, accepted: 1 } });
});

it.each([
  ['hour', MINUTE, 60],
  ['day', 15 * MINUTE, 96],
  ['week', HOUR, 168],
] as const)('keeps the whole %s before, when old minutes go', async (span, stepMs, steps) => {
  const { history, clock } = await opened(undefined, NOON - 2 * MINUTE);
  const first = (Math.floor(NOON / stepMs) - 2 * steps + 1) * stepMs;
  for (const at of [first, first - 1]) history.hear(decision({ at }));
  history.overview(span, READY);
  clock.now = NOON;
  history.overview(span, READY);
  expect(history.overview(span, READY).before).toEqual({ ...NONE, accepted: 1 });
});

it('counts into the minute that goes on, at its first and last millisecond', async () => {
  const { history } = await opened();
  const minute = NOON - (NOON % MINUTE);
  for (const at of [minute - 1, minute, minute + MINUTE - 1]) history.hear(decision({ at }));
  expect(history.overview('hour', READY).steps.accepted.slice(-2)).toEqual([1, 2]);
});

it('does not pass on values of evidence beyond their number and length', async () => {
  const { history } = await opened();
  const long = 'v'.repeat(5000);
  for (let at = 0; at < 500; at++)
    history.hear(
      decision({ at: NOON, app: { id: 'a', platform: `p${at}`, version: `${at}${at < 10 ? '' : long}` } }),
    );
  const { version, platform } = history.overview('hour', READY).by;
  expect(version).toHaveLength(50);
  expect(Math.max(...version.map(({ name }) => name?.length ?? 0))).toBe(64);
  expect(version.at(-1)).toEqual({ ...NONE, name: 'other', accepted: 451 });
  expect(platform).toHaveLength(11);
  expect(platform[0]).toEqual({ ...NONE, name: 'other', accepted: 490 });
});

it('remembers over a restart which versions a day had', async () => {
  const file = newFile();
  for (const round of [0, 1]) {
    const { history } = await opened(file);
    for (let at = 0; at < 100; at++)
      history.hear(decision({ at: NOON, app: { id: 'a', platform: 'ios', version: `${round}.${at}` } }));
    if (round === 1) {
      const other = history.overview('day', READY).by.version.find(({ name }) => name === 'other');
      // 49 versions are listed; 51 others of the first round, and all of the second one.
      expect(other?.accepted).toBe(151);
    }
    history.close();
  }
});

it.each(['__proto__', 'constructor', 'hasOwnProperty', "';DROP TABLE counts;--", '\u202E<b>', '😀'])(
  'counts a version called %j like any other',
  async (version) => {
    const { history } = await opened();
    history.hear(decision({ at: NOON, app: { id: 'a', platform: version, version } }));
    expect(history.overview('hour', READY).by).toMatchObject({
      version: [{ name: version, accepted: 1 }],
      platform: [{ name: version, accepted: 1 }],
    });
  },
);

it('counts a version that SQLite would cut at its end of a text', async () => {
  const { history } = await opened();
  for (const version of ['\0', '1\u00002', '1'])
    history.hear(decision({ at: NOON, app: { id: 'a', platform: 'ios', version } }));
  expect(history.overview('hour', READY).by.version.map(({ name }) => name)).toEqual([
    '1',
    '1\uFFFD2',
    '\uFFFD',
  ]);
});

it('says a code that the catalog does not have is another one', async () => {
  const { history } = await opened();
  history.hear({ ...refusal('ERR_APPROOV_TOKEN_EXPIRED'), at: NOON, code: 'ERR_<b>' });
  expect(history.overview('hour', READY).codes).toEqual([
    { code: 'other', says: 'a code that is not in the catalog', reported: 0, refused: 1 },
  ]);
});

it('says since when it counts, of its first start', async () => {
  const file = newFile();
  const first = await opened(file, NOON - DAY);
  first.history.close();
  const { history } = await opened(file);
  expect(history.overview('hour', READY).since).toBe(NOON - DAY);
});

it('passes on what it is told of the state', async () => {
  const { history } = await opened();
  const state = { ready: false, components: { store: 'does not answer' } };
  expect(history.overview('hour', state).state).toEqual({ ...state, remotes: [], storeFailures: {} });
});
