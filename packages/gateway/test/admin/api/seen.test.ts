import { expect, it } from 'vitest';
import type { Decisions, Overview } from '../../../src/shapes/seen.js';
import type { Errors } from '../../../src/shapes/inspect.js';
import type { Rollout } from '../../../src/shapes/rollout.js';
import { enforcedRoutes } from '../../../src/admin/routes.js';
import { approovToken } from '../../support/tokens.js';
import { adminGateway, ask, READER, signedIn, TOKENS } from '../support/ask.js';

const { url, adminUrl } = await adminGateway(
  TOKENS,
  `appSign: { prefix: Example/, since: '3.1' }
routes:
  - { path: /reported, enforcement: report }
  - { path: /open, open: true }
  - { path: /share, name: shared, enforcement: 25% }`,
);
const cookie = await signedIn(adminUrl, READER);
const get = async <T>(path: string): Promise<T> => {
  const { status, headers, body } = await ask(adminUrl, { path, cookie });
  expect([status, headers.get('cache-control'), headers.get('content-type')]).toEqual([
    200,
    'no-store',
    'application/json',
  ]);
  return JSON.parse(body) as T;
};
await fetch(`${url}/x`);
await fetch(`${url}/x`);
await fetch(`${url}/reported`);
await fetch(`${url}/x`, { headers: { 'approov-token': approovToken() } });

it('counts what was sent', async () => {
  const { totals, state } = await get<Overview>('/api/overview?span=day');
  expect(totals).toEqual({ accepted: 1, reported: 1, refused: 2, open: 0 });
  expect(state).toMatchObject({ ready: true, components: { listeners: 'ready', store: 'ready' } });
  expect((await get<Overview>('/api/overview')).span).toBe('hour');
});

it('has the decisions, filtered', async () => {
  const { rows, more } = await get<Decisions>('/api/decisions');
  expect([rows.map(({ outcome }) => outcome), more]).toEqual([
    ['accepted', 'reported', 'refused', 'refused'],
    false,
  ]);
  const refused = await get<Decisions>('/api/decisions?outcome=refused&limit=1&name=default');
  expect([refused.rows.length, refused.more]).toEqual([1, true]);
  const older = await get<Decisions>(`/api/decisions?outcome=refused&before=${refused.rows[0]?.id}`);
  expect([older.rows.length, older.more]).toEqual([1, false]);
  expect((await get<Decisions>('/api/decisions?code=%27%20OR%201%3D1')).rows).toEqual([]);
});

it('has the routes that are checked, as they are configured', async () => {
  const { routes, hasSign, hasSince } = await get<Rollout>('/api/rollout');
  expect([hasSign, hasSince]).toEqual([true, true]);
  expect(routes.map(({ route, enforcement }) => `${route} ${enforcement}`).toSorted()).toEqual([
    '/reported report',
    'default enforce',
    'shared 25%',
  ]);
});

it('takes the enforcement of the whole file if a route does not have its own', () => {
  const settings = {
    routes: [{ path: '/a' }, { path: '/b', enforcement: 'enforce' }],
    default: {},
    enforcement: 'report',
  };
  expect(enforcedRoutes(settings as never)).toEqual([
    { route: '/a', enforcement: 'report' },
    { route: '/b', enforcement: 'enforce' },
    { route: 'default', enforcement: 'report' },
  ]);
});

it('has each error with its cause and remedy', async () => {
  const { rooms } = await get<Errors>('/api/errors');
  expect(rooms.length).toBeGreaterThan(9);
  for (const { codes } of rooms)
    for (const code of codes)
      for (const text of [code.says, code.cause, code.remedy]) expect(text).toMatch(/\w{3}/);
  expect(rooms.flatMap(({ codes }) => codes).length).toBeGreaterThan(300);
});

it.each([
  '/api/overview?span=year',
  '/api/overview?span=hour&span=day',
  '/api/overview?span=__proto__',
  '/api/overview?limit=1',
  '/api/decisions?outcome=denied',
  '/api/decisions?limit=0',
  '/api/decisions?limit=201',
  '/api/decisions?limit=1e2',
  '/api/decisions?limit=-1',
  '/api/decisions?before=x',
  '/api/decisions?before=9007199254740993',
  '/api/decisions?name=a&name=b',
  '/api/decisions?path=/users/alice',
  `/api/decisions?code=${'x'.repeat(600)}`,
  '/api/rollout?days=9',
])('refuses %s', async (path) => expect((await ask(adminUrl, { path, cookie })).status).toBe(400));

it.each([
  '/api/',
  '/api/decision',
  '/api/decisions/',
  '/api//decisions',
  '/api/constructor',
  '/api/toString',
])('has no call %s', async (path) => expect((await ask(adminUrl, { path, cookie })).status).toBe(404));
