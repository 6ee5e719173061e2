import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  adminGateway,
  ask,
  cookieIn,
  OPERATOR,
  READER,
  saysOf,
  signedIn,
  signIn,
  TOKENS,
} from '../support/ask.js';

const HOUR_MS = 3_600_000;
let clock = 1_800_000_000_000;
const now = (): number => clock;
const { adminUrl, events } = await adminGateway(TOKENS, '', { now });
const { port } = new URL(adminUrl);
const session = async (cookie: string, url = adminUrl) => await ask(url, { path: '/api/session', cookie });

describe('a sign-in', () => {
  it('gives who it is, and a cookie that scripts and other sites cannot use', async () => {
    const answer = await signIn(adminUrl, READER);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toEqual({
      name: 'rita',
      role: 'read',
      standalone: false,
      instance: expect.stringContaining(`(${process.pid})`),
      version: expect.stringMatching(/^\d/),
      startedAt: 1_800_000_000_000,
      hasDevices: false,
    });
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(
      new RegExp(`^attestkit_admin_${port}=[A-Za-z0-9_-]{43}; Path=/; HttpOnly; SameSite=Strict$`),
    );
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(JSON.parse((await session(cookieIn(answer))).body)).toMatchObject({ name: 'rita' });
  });

  it('gives a cookie for https alone where the page is', async () => {
    const { headers, status } = await signIn(adminUrl, READER, {
      lines: { origin: [`https://127.0.0.1:${port}`] },
    });
    expect([status, headers.get('set-cookie')]).toEqual([200, expect.stringMatching(/; Secure$/)]);
  });

  it.each([
    ['a wrong token', { token: `${OPERATOR}x` }, 401],
    ['the beginning of a token', { token: OPERATOR.slice(0, -1) }, 401],
    ['another case', { token: OPERATOR.toUpperCase() }, 401],
    ['no token', {}, 400],
    ['an empty one', { token: '' }, 400],
    ['a list', { token: [OPERATOR] }, 400],
    ['a long one', { token: 'x'.repeat(2000) }, 400],
    ['another member', { token: OPERATOR, role: 'operate' }, 400],
    ['the name of the prototype', JSON.parse(`{"token":"${OPERATOR}","__proto__":{}}`) as object, 400],
  ])('is refused with %s', async (_, body, status) => {
    const answer = await signIn(adminUrl, '', { body: JSON.stringify(body) });
    expect(answer.status).toBe(status);
    expect(answer.headers.has('set-cookie')).toBe(false);
    expect(saysOf(answer)).not.toContain(OPERATOR);
    clock += 60_000;
  });

  it.each(['', '[]', 'null', '"token"', '{"token":', '\uFEFF{}x'])(
    'is refused with the body %j',
    async (body) => {
      expect((await signIn(adminUrl, '', { body })).status).toBe(400);
    },
  );

  it('is an event, and one that fails too; neither has the token', async () => {
    const before = events.length;
    await signIn(adminUrl, READER);
    await signIn(adminUrl, 'wrong-token');
    await ask(adminUrl, { method: 'DELETE', path: '/api/session', cookie: await signedIn(adminUrl) });
    const told = events.slice(before);
    const common = { type: 'admin', at: clock, recordId: undefined, what: undefined };
    expect(told).toEqual([
      { ...common, name: 'rita', action: 'sign-in', outcome: 'done' },
      { ...common, name: undefined, action: 'sign-in', outcome: 'failed' },
      { ...common, name: 'oscar', action: 'sign-in', outcome: 'done' },
      { ...common, name: 'oscar', action: 'sign-out', outcome: 'done' },
    ]);
    clock += 60_000;
  });
});

describe('a session', () => {
  it('is another one after each sign-in, and never the one that a client brings', async () => {
    const first = await signedIn(adminUrl);
    const fixed = `attestkit_admin_${port}=${'A'.repeat(43)}`;
    const second = cookieIn(await signIn(adminUrl, OPERATOR, { lines: { cookie: [fixed] } }));
    expect(second).not.toBe(fixed);
    expect((await session(fixed)).status).toBe(401);
    const third = cookieIn(await signIn(adminUrl, OPERATOR, { lines: { cookie: [first] } }));
    expect(new Set([first, second, third]).size).toBe(3);
    // The one that was brought has ended.
    expect([(await session(first)).status, (await session(third)).status]).toEqual([401, 200]);
  });

  it('ends when it was not used for an hour', async () => {
    const cookie = await signedIn(adminUrl);
    clock += HOUR_MS - 1;
    expect((await session(cookie)).status).toBe(200);
    clock += HOUR_MS - 1;
    expect((await session(cookie)).status).toBe(200);
    clock += HOUR_MS;
    expect((await session(cookie)).status).toBe(401);
    clock -= HOUR_MS;
    expect((await session(cookie)).status).toBe(401);
    clock += HOUR_MS;
  });

  it('ends after 12 hours, however much it was used', async () => {
    const cookie = await signedIn(adminUrl);
    for (let at = 0; at < 23; at += 1) {
      clock += HOUR_MS / 2;
      expect((await session(cookie)).status).toBe(200);
    }
    clock += HOUR_MS / 2;
    expect((await session(cookie)).status).toBe(401);
  });

  it('ends at the sign-out', async () => {
    const cookie = await signedIn(adminUrl);
    const answer = await ask(adminUrl, { method: 'DELETE', path: '/api/session', cookie });
    expect([answer.status, answer.body]).toEqual([204, '']);
    expect(answer.headers.get('set-cookie')).toMatch(/=; Path=\/; HttpOnly; SameSite=Strict; Max-Age=0$/);
    expect((await session(cookie)).status).toBe(401);
    expect((await ask(adminUrl, { method: 'DELETE', path: '/api/session', cookie })).status).toBe(401);
  });

  it('is not one of another gateway, nor under another name', async () => {
    const other = await adminGateway();
    const cookie = await signedIn(other.adminUrl);
    const [, id] = cookie.split('=');
    expect((await session(cookie, other.adminUrl)).status).toBe(200);
    expect((await session(cookie)).status).toBe(401);
    expect((await session(`attestkit_admin_${port}=${id}`)).status).toBe(401);
    expect((await session(`attestkit_admin_1=${id}`, other.adminUrl)).status).toBe(401);
  });

  it.each([
    ['none', (): string => 'other=1'],
    ['two in one line', (ours: string): string => `${ours}; ${ours}`],
    ['another one before', (ours: string): string => `attestkit_admin_${port}=x; ${ours}`],
    ['an empty one', (): string => `attestkit_admin_${port}=`],
    ['quotation marks', (ours: string): string => ours.replace('=', '="').concat('"')],
    ['a name in capitals', (ours: string): string => ours.replace('attestkit', 'ATTESTKIT')],
    ['the hash of the id', (ours: string): string => `${ours}=`],
  ])('does not count with %s', async (_, cookie) => {
    expect((await session(cookie(await signedIn(adminUrl)))).status).toBe(401);
  });

  it('does not count with a second line', async () => {
    const cookie = await signedIn(adminUrl);
    const other = await signedIn(adminUrl, READER);
    const { status } = await ask(adminUrl, { path: '/api/session', lines: { cookie: [cookie, other] } });
    expect(status).toBe(401);
  });

  it.each([
    '/api/session',
    '/api/overview?span=hour',
    '/api/decisions',
    '/api/rollout',
    '/api/live',
    '/api/errors',
  ])('is needed for %s', async (path) => {
    const answer = await ask(adminUrl, { path });
    expect([answer.status, saysOf(answer)]).toEqual([401, 'Sign in with a token of this gateway.']);
  });

  it.each(['/api/devices/find', '/api/devices/change', '/api/inspect'])(
    'is needed for POST %s',
    async (path) => {
      expect((await ask(adminUrl, { method: 'POST', path, body: '{}' })).status).toBe(401);
    },
  );
});

describe('wrong tokens', () => {
  it('are limited by address, and keep no right one out', async () => {
    const limited = await adminGateway(TOKENS, '', { now });
    const statusOf = async (token: string) => (await signIn(limited.adminUrl, token)).status;
    for (let at = 0; at < 10; at += 1) expect(await statusOf('wrong')).toBe(401);
    const answer = await signIn(limited.adminUrl, 'wrong');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '6']);
    expect(limited.events.at(-1)).toMatchObject({ type: 'admin', action: 'sign-in', outcome: 'limited' });
    // Others of the same address, such as a tunnel, must not lock an operator out.
    expect(await statusOf(OPERATOR)).toBe(200);
    clock += 6000;
    expect([await statusOf(OPERATOR), await statusOf('wrong'), await statusOf('wrong')]).toEqual([
      200, 401, 429,
    ]);
  });
});

describe('the first token', () => {
  it('is made once, works after a restart, and is in no file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gateway-token-'));
    const made: string[] = [];
    const onFirstToken = ({ url, token }: { url: string; token: string }): void => {
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      made.push(token);
    };
    const admin = `history: '${join(folder, 'history.db')}'`;
    const first = await adminGateway(admin, '', { onFirstToken });
    expect(JSON.parse((await signIn(first.adminUrl, made[0] ?? '')).body)).toMatchObject({ role: 'operate' });
    await first.close();
    const second = await adminGateway(admin, '', { onFirstToken });
    expect(made).toEqual([expect.stringMatching(/^[A-Za-z0-9_-]{43}$/)]);
    expect((await signIn(second.adminUrl, made[0] ?? '')).status).toBe(200);
    await second.close();
    expect(readFileSync(join(folder, 'history.db')).includes(made[0] ?? '')).toBe(false);
    rmSync(folder, { recursive: true });
  });

  it('is another one at each start without a file, and there is none beside tokens or without a reader', async () => {
    const made: string[] = [];
    const onFirstToken = ({ token }: { token: string }): void => void made.push(token);
    await adminGateway('history: memory', '', { onFirstToken });
    await adminGateway('history: memory', '', { onFirstToken });
    expect(new Set(made).size).toBe(2);
    await adminGateway(TOKENS, '', { onFirstToken });
    expect(made).toHaveLength(2);
    const { adminUrl: without } = await adminGateway('history: memory');
    expect((await signIn(without, made[0] ?? '')).status).toBe(401);
  });
});
