import type { DecisionEvent, Stage } from 'attestkit';
import { expect, it } from 'vitest';
import { decision, endpoint } from '../support/events.js';
import { DAY, newFile, NOON, opened } from './support/opened.js';

const ROUTE = { route: '/v2/*', enforcement: 'report' };
const EXPIRED = 'ERR_APPROOV_TOKEN_EXPIRED';
const MISSING = 'ERR_APPROOV_TOKEN_MISSING';

const seen = (client: string, more: Partial<DecisionEvent> = {}) =>
  decision({ at: NOON, device: undefined, address: client, app: undefined, ...more });
const reported = (client: string, stage: Stage, more: Partial<DecisionEvent> = {}) =>
  seen(client, { outcome: 'reported', stage, code: stage === 'missing' ? MISSING : EXPIRED, ...more });

async function rolledOut(
  events: readonly Parameters<Awaited<ReturnType<typeof opened>>['history']['hear']>[0][],
  app: { since?: string; hasSign: boolean } = { since: '3.1', hasSign: true },
) {
  const { history } = await opened();
  for (const event of events) history.hear(event);
  const [route] = history.rollout([ROUTE], app).routes;
  if (route === undefined) throw new Error('no route');
  return { ...route, counts: Object.fromEntries(route.classes.map((each) => [each.class, each.count])) };
}

it.each([
  ['accepted', {}, {}],
  ['unavailable', { outcome: 'reported', stage: 'unavailable' }, { unchecked: 1 }],
  ['malformed', { outcome: 'reported', stage: 'malformed' }, { broken: 1 }],
  ['untrusted', { outcome: 'reported', stage: 'untrusted' }, { broken: 1 }],
  ['denied', { outcome: 'refused', stage: 'denied' }, { broken: 1 }],
  ['missing', { outcome: 'reported', stage: 'missing' }, { 'unknown-origin': 1 }],
  ['missing, refused', { outcome: 'refused', stage: 'missing' }, { 'unknown-origin': 1 }],
  [
    'missing, of the app',
    { outcome: 'reported', stage: 'missing', claimed: { version: '3.1' } },
    { 'our-app': 1 },
  ],
  ['a later one', { outcome: 'reported', stage: 'missing', claimed: { version: '3.10' } }, { 'our-app': 1 }],
  [
    'an older one',
    { outcome: 'reported', stage: 'missing', claimed: { version: '3.0.9' } },
    { 'old-version': 1 },
  ],
  ['none said', { outcome: 'reported', stage: 'missing', claimed: { version: undefined } }, { 'our-app': 1 }],
  ['no number', { outcome: 'reported', stage: 'missing', claimed: { version: 'dev' } }, { 'our-app': 1 }],
  [
    'broken, of the app',
    { outcome: 'reported', stage: 'denied', claimed: { version: '3.0' } },
    { broken: 1 },
  ],
] as const)('puts a client into its class: %s', async (_, more, counts) => {
  const route = await rolledOut([seen('client', more)]);
  expect(route).toMatchObject({ seen: 1, refused: Object.keys(counts).length, counts, counted: 'devices' });
});

it('tells no old version without a first one', async () => {
  const events = [reported('a', 'missing', { claimed: { version: '1.0' } })];
  expect((await rolledOut(events, { hasSign: true })).counts).toEqual({ 'our-app': 1 });
});

it('reads an event that says nothing of what is claimed', async () => {
  const { claimed: _, ...event } = reported('a', 'missing');
  expect((await rolledOut([event as DecisionEvent])).counts).toEqual({ 'unknown-origin': 1 });
});

it.each([
  ['another route', seen('a', { route: '/other' })],
  ['an open route, or a preflight', seen('a', { outcome: 'open' })],
  ['an endpoint', endpoint({ at: NOON, outcome: 'refused', stage: 'missing' })],
  ['eight days ago', seen('a', { at: NOON - 8 * DAY })],
])('does not count %s', async (_, event) => {
  expect(await rolledOut([event])).toMatchObject({
    seen: 0,
    refused: 0,
    classes: [],
    advice: { action: 'no-data' },
  });
});

it('counts a client once, however often it comes and on how many days', async () => {
  const days = [0, 1, 3, 6];
  const events = days.flatMap((day) =>
    Array.from({ length: 5 }, (_, each) => {
      const at = NOON - day * DAY;
      return each < 2 ? reported('a', 'missing', { at, claimed: { version: '4' } }) : seen('a', { at });
    }),
  );
  expect(await rolledOut(events)).toMatchObject({ seen: 1, refused: 1, counts: { 'our-app': 1 } });
});

it('gives a client the class of most of its refused requests', async () => {
  const app = { claimed: { version: '4' } };
  const mixed = [
    ...[1, 2, 3].map((day) => reported('a', 'missing', { at: NOON - day * DAY })),
    reported('a', 'untrusted'),
    reported('a', 'untrusted'),
    // As many of either: the one that matters.
    reported('b', 'missing'),
    reported('b', 'missing', app),
    reported('c', 'unavailable'),
    reported('c', 'untrusted'),
  ];
  expect((await rolledOut(mixed)).counts).toEqual({ 'unknown-origin': 1, 'our-app': 1, broken: 1 });
});

it('takes what the newest request of that class says', async () => {
  const events = [
    reported('a', 'missing', { at: NOON - DAY, claimed: { version: '3.1' } }),
    reported('a', 'missing', { claimed: { version: '3.2' } }),
    reported('a', 'missing', { claimed: { version: '3.3' } }),
  ];
  expect((await rolledOut(events)).classes).toMatchObject([{ versions: [{ version: '3.3', count: 1 }] }]);
});

it('counts by the device, else by the address', async () => {
  const events = [
    seen('same', { device: 'd1' }),
    seen('same', { device: 'd2' }),
    seen('other', { device: 'd1' }),
    seen('same'),
  ];
  expect(await rolledOut(events)).toMatchObject({ seen: 3, counted: 'devices' });
});

it('counts requests if there are no hashes', async () => {
  const nameless = { address: undefined };
  const route = await rolledOut([
    ...Array.from({ length: 5 }, () => seen('', nameless)),
    ...Array.from({ length: 3 }, () => reported('', 'missing', { ...nameless, claimed: { version: '3.0' } })),
    reported('', 'untrusted', nameless),
  ]);
  expect(route).toMatchObject({
    counted: 'requests',
    seen: 9,
    refused: 4,
    counts: { 'old-version': 3, broken: 1 },
    estimated: false,
  });
  expect(route.classes.find((each) => each.class === 'broken')?.versions).toEqual([
    { version: null, count: 1 },
  ]);
});

it('lists versions and codes, the most frequent first, and few of them', async () => {
  const events = Array.from({ length: 60 }, (_, at) =>
    reported(`c${at}`, 'missing', { claimed: { version: at < 30 ? '9.9' : `4.${at}` } }),
  );
  const [our] = (await rolledOut(events)).classes;
  expect(our?.versions).toHaveLength(21);
  expect(our?.versions[0]).toEqual({ version: '9.9', count: 30 });
  expect(our?.versions.at(-1)).toEqual({ version: 'other', count: 11 });
  expect(our?.codes).toEqual([{ code: MISSING, says: expect.stringMatching(/\w/), count: 60 }]);
});

it('advises with its numbers', async () => {
  const events = Array.from({ length: 1000 }, (_, at) =>
    at < 4
      ? reported(`c${at}`, 'missing', { claimed: { version: '3.1' } })
      : seen(`c${at}`, { at: NOON - 2 * DAY }),
  );
  expect((await rolledOut(events)).advice).toEqual({
    action: 'share',
    says: 'Enforcing would refuse 0.4 % of the devices seen in 2 days; 100 % of these have version 3.1. Enforce for 5 % of the clients next.',
    share: 5,
  });
});

it('says since when it counts, within the days', async () => {
  const { history, clock } = await opened();
  history.hear(seen('a'));
  const since = () => history.rollout([ROUTE], { hasSign: false }).routes[0]?.since;
  expect(since()).toBe(NOON);
  clock.now = NOON + 20 * DAY;
  history.hear(seen('a', { at: clock.now }));
  const firstDay = Math.floor(clock.now / DAY) * DAY - 6 * DAY;
  expect(since()).toBeGreaterThanOrEqual(firstDay);
});

it('forgets clients after the days, and remembers them over a restart', async () => {
  const file = newFile();
  const first = await opened(file);
  first.history.hear(reported('a', 'untrusted'));
  first.history.hear(seen('b'));
  first.history.close();
  const { history, clock } = await opened(file, NOON + 6 * DAY);
  const read = () => history.rollout([ROUTE], { hasSign: false }).routes[0];
  expect(read()).toMatchObject({ seen: 2, refused: 1 });
  clock.now += DAY;
  history.hear(seen('c', { at: clock.now }));
  expect(read()).toMatchObject({ seen: 1, refused: 0 });
});

it('answers for each route that it is asked for, as it was asked', async () => {
  const { history } = await opened();
  history.hear(seen('a'));
  const other = { route: '__proto__', enforcement: '25%' };
  expect(history.rollout([other, ROUTE], { since: '1', hasSign: false })).toMatchObject({
    at: NOON,
    hasSign: false,
    hasSince: true,
    routes: [
      { ...other, days: 7, seen: 0, counted: 'requests' },
      { ...ROUTE, days: 7, seen: 1 },
    ],
  });
});
