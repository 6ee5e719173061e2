import { describe, expect, it } from 'vitest';
import { adminGateway, ask, OPERATOR, saysOf, signedIn, TOKENS, type Asked } from '../support/ask.js';

// Another page in the operator's browser has the cookie sent along if it is of the same site, which another port of the same host is.

const { adminUrl, events } = await adminGateway(`${TOKENS}, hosts: [gateway.internal]`);
const { host, port, origin } = new URL(adminUrl);
const cookie = await signedIn(adminUrl);
const change = (lines: Asked['lines'], url = adminUrl) =>
  ask(url, {
    method: 'POST',
    path: '/api/devices/change',
    cookie,
    body: JSON.stringify({ action: 'forget', recordId: 'r' }),
    ...(lines && { lines }),
  });

it('takes a call of an own page: the one thing that is missing is the devices', async () => {
  const answer = await change({});
  expect([answer.status, saysOf(answer)]).toEqual([404, expect.stringContaining('No devices enroll here')]);
});

describe('refuses a call from elsewhere, by', () => {
  it.each<[string, Asked['lines']]>([
    ['no Origin', { origin: [] }],
    ['the Origin of another port', { origin: [`http://127.0.0.1:${Number(port) + 1}`] }],
    ['the Origin without the port', { origin: ['http://127.0.0.1'] }],
    ['the Origin of a longer name', { origin: [`http://${host}.evil.example`] }],
    ['the Origin of another name of this machine', { origin: [`http://localhost:${port}`] }],
    ['an Origin with a path', { origin: [`${origin}/`] }],
    ['an Origin with a user', { origin: [`http://evil@${host}`] }],
    ['an Origin of another scheme', { origin: [`file://${host}`] }],
    ['an opaque Origin', { origin: ['null'] }],
    ['an empty Origin', { origin: [''] }],
    ['an Origin that lists two', { origin: [`${origin} http://evil.example`] }],
    ['two Origins', { origin: [origin, origin] }],
    ['no Sec-Fetch-Site', { 'sec-fetch-site': [] }],
    ['Sec-Fetch-Site: same-site', { 'sec-fetch-site': ['same-site'] }],
    ['Sec-Fetch-Site: cross-site', { 'sec-fetch-site': ['cross-site'] }],
    ['Sec-Fetch-Site: none', { 'sec-fetch-site': ['none'] }],
    ['two of Sec-Fetch-Site', { 'sec-fetch-site': ['same-origin', 'same-origin'] }],
    ['two in one of Sec-Fetch-Site', { 'sec-fetch-site': ['same-origin, same-origin'] }],
    ['no Content-Type', { 'content-type': [] }],
    ['a type that forms send', { 'content-type': ['text/plain'] }],
    ['a type that forms send with another in it', { 'content-type': ['text/plain; application/json'] }],
    ['another type of JSON', { 'content-type': ['application/json; charset=utf-16'] }],
    ['two types', { 'content-type': ['application/json', 'text/plain'] }],
  ])('%s', async (_, lines) => {
    const answer = await change(lines);
    expect(answer.status).toBe(403);
    expect(saysOf(answer)).toMatch(/Only pages of this gateway|Content-Type/);
  });

  it('the same at a sign-in, at a sign-out and at the inspector', async () => {
    for (const [method, path] of [
      ['POST', '/api/session'],
      ['DELETE', '/api/session'],
      ['POST', '/api/inspect'],
      ['POST', '/api/devices/find'],
    ] as const)
      for (const lines of [{ origin: ['http://evil.example'] }, { 'sec-fetch-site': ['same-site'] }]) {
        const body = JSON.stringify({ token: OPERATOR });
        const answer = await ask(adminUrl, { method, path, lines, cookie, body });
        expect([path, answer.status, answer.headers.has('set-cookie')]).toEqual([path, 403, false]);
      }
    expect((await ask(adminUrl, { path: '/api/session', cookie })).status).toBe(200);
  });

  it('Sec-Fetch-Site of a call that only reads', async () => {
    const statusOf = async (sites: readonly string[]) =>
      (await ask(adminUrl, { path: '/api/overview', cookie, lines: { 'sec-fetch-site': sites } })).status;
    expect([await statusOf(['same-origin']), await statusOf(['none']), await statusOf([])]).toEqual([
      200, 200, 200,
    ]);
    for (const site of [['cross-site'], ['same-site'], ['x'], ['same-origin', 'same-origin']])
      expect(await statusOf(site)).toBe(403);
  });

  it('the method, as forms and links have it', async () => {
    const statusOf = async (method: string, path: string) =>
      (await ask(adminUrl, { method, path, cookie })).status;
    expect(await statusOf('GET', '/api/devices/change')).toBe(405);
    expect(await statusOf('PUT', '/api/devices/change')).toBe(405);
    expect(await statusOf('HEAD', '/api/live')).toBe(405);
    const answer = await ask(adminUrl, { method: 'OPTIONS', path: '/api/session', cookie });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, POST, DELETE']);
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

describe('refuses a page whose own name leads here', () => {
  it.each(['evil.example', `evil.example:${port}`, '127.0.0.1.evil.example', 'evil.gateway.internal', ''])(
    'Host %j',
    async (name) => {
      for (const path of ['/', '/inspect', '/api/session', '/api/overview', '/assets/x.js'])
        expect((await ask(adminUrl, { path, cookie, lines: { host: [name] } })).status).toBe(421);
      expect((await change({ host: [name], origin: [`http://${name}`] })).status).toBe(421);
    },
  );

  it('and takes a name that is listed, if Origin has it too', async () => {
    const named = { host: ['gateway.internal'], origin: ['http://gateway.internal'] };
    expect((await change(named)).status).toBe(404);
    expect((await change({ ...named, origin: [origin] })).status).toBe(403);
    expect((await change({ ...named, host: ['Gateway.Internal'] })).status).toBe(404);
  });
});

it('has told of nothing that was refused', () => {
  expect(events.filter(({ type }) => type === 'admin')).toEqual([
    expect.objectContaining({ action: 'sign-in', outcome: 'done' }),
    ...Array.from(
      { length: 3 },
      () => expect.objectContaining({ action: 'forget', outcome: 'failed' }) as unknown,
    ),
  ]);
});
