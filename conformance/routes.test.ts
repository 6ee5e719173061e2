import { beforeAll, describe, expect, it } from 'vitest';
import { exclusionCases } from './cases/exclusion.js';
import { recordedGuard } from './servers/recorded-guard.js';
import type { RouteSpec, Seen } from './servers/server-spec.js';
import { expectRefusal, expectReply, serveAll, serveEach } from './servers/serving.js';
import { targets } from './targets/index.js';
import { approovToken, authorization, boundTo, CREDENTIAL, EXPIRY, token } from './devices/tokens.js';
import type { FieldLine, WireResponse } from './wire/message.js';

const good = [approovToken(token())];
const bound = [approovToken(boundTo(CREDENTIAL)), authorization(CREDENTIAL)];
const PREFLIGHT: readonly FieldLine[] = [
  ['Origin', 'https://app.example.com'],
  ['Access-Control-Request-Method', 'GET'],
];

/** Paths that another reader may take for `/token`, or cannot read at all. */
const SPELLINGS =
  '/token/ /TOKEN /%74oken //token /./token /open/../token /open/%2e%2e/token /token;open /token%00 ' +
  '/token%3fopen /token% /%ff/token /token?% /;/token http://api.example.com/token';

/** A route that answers with its path and with what the guard made of the request. */
function get(path: string, protect?: RouteSpec['protect']): RouteSpec {
  const handle = ({ attestation }: Seen): { json: unknown } => ({
    json: { path, bound: attestation?.approov?.bound ?? null },
  });
  return { method: 'GET', path, handle, ...(protect && { protect }) };
}

describe.each(targets)('$name', (target) => {
  const serve = serveEach();
  const isRejected = (path: string): boolean => target.rejects?.test(path) ?? false;

  describe('chosen routes', () => {
    const { guard } = recordedGuard();
    const routes = [get('/open'), get('/token', {}), get('/bound', { binding: true })];
    const send = serveAll(target, { guard, routes });

    it('leaves an open route open', async () => {
      expectReply(await send({ target: '/open' }), { path: '/open', bound: null });
      expectReply(await send({ target: '/open', headers: [approovToken('junk')] }), {
        path: '/open',
        bound: null,
      });
    });

    it('protects the others', async () => {
      expectRefusal(await send({ target: '/token' }));
      expectRefusal(await send({ target: '/token', method: 'HEAD' }), 401, '');
      expectRefusal(await send({ target: '/token?open', headers: [approovToken('junk')] }));
      expectRefusal(await send({ target: '/bound', headers: good }));
      expectRefusal(
        await send({ target: '/bound', headers: [...bound.slice(0, 1), authorization('other')] }),
      );
    });

    it('hands over what it verified', async () => {
      expectReply(await send({ target: '/token', headers: good }), { path: '/token', bound: false });
      expectReply(await send({ target: '/token', headers: bound }), { path: '/token', bound: false });
      expectReply(await send({ target: '/bound', headers: bound }), { path: '/bound', bound: true });
      expect(await send({ target: '/token', method: 'HEAD', headers: good })).toMatchObject({
        status: 200,
        body: '',
      });
    });

    it('knows no other path', async () => {
      expect(await send({ target: '/no-such-path' })).toMatchObject({ status: 404 });
      expect(await send({ target: '/token/below', headers: good })).toMatchObject({ status: 404 });
    });

    it('never reaches the handler by another spelling of the path', async () => {
      for (const path of SPELLINGS.split(' ')) {
        const { status } = await send({ target: path });
        expect(isRejected(path) ? [400, 401, 404] : [401, 404]).toContain(status);
      }
    });
  });

  describe('all routes', () => {
    const { guard, events } = recordedGuard();
    const routes = [
      get('/token'),
      get('/bound', { binding: true }),
      { ...get('/token'), method: 'OPTIONS' as const },
    ];
    const send = serveAll(target, { guard, all: {}, routes });

    it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'])('refuses %s', async (method) => {
      for (const path of ['/token', '/no-such-path', '/', '/"<>|#', ...SPELLINGS.split(' ')]) {
        const before = events.length;
        const response = await send({ method, target: path });
        const body = method === 'HEAD' ? '' : '{}';
        if (isRejected(path)) expectRejection(response, events.length - before, body);
        else expectRefusal(response, 401, body);
      }
    });

    it('refuses a CORS preflight', async () => {
      expectRefusal(await send({ method: 'OPTIONS', target: '/token', headers: PREFLIGHT }));
    });

    it('goes on with a good token', async () => {
      expectReply(await send({ target: '/token', headers: good }), { path: '/token', bound: false });
      expect(await send({ target: '/no-such-path', headers: good })).toMatchObject({ status: 404 });
      expect(await send({ target: '/token', method: 'HEAD', headers: good })).toMatchObject({
        status: 200,
        body: '',
      });
    });

    it('asks a route for more', async () => {
      expectRefusal(await send({ target: '/bound', headers: good }));
      expectReply(await send({ target: '/bound', headers: bound }), { path: '/bound', bound: true });
    });
  });

  describe('preflights that pass', () => {
    const { guard } = recordedGuard();
    const routes = [get('/token'), { ...get('/token'), method: 'OPTIONS' as const }];
    const send = serveAll(target, { guard, all: { preflight: 'pass' }, routes });

    it('lets a preflight through, without a result', async () => {
      const response = await send({ method: 'OPTIONS', target: '/token', headers: PREFLIGHT });
      expectReply(response, { path: '/token', bound: null });
    });

    it.each([
      ['without Origin', 'OPTIONS', PREFLIGHT.slice(1)],
      ['without a requested method', 'OPTIONS', PREFLIGHT.slice(0, 1)],
      ['of another method', 'GET', PREFLIGHT],
    ])('refuses one %s', async (_name, method, headers) => {
      expectRefusal(await send({ method, target: '/token', headers }));
    });
  });

  describe('exclusions', () => {
    let reached = 0;
    const { guard, events } = recordedGuard();
    const secret: RouteSpec = { ...get('/v2'), handle: () => ({ json: { reached: (reached += 1) } }) };
    const send = serveAll(target, {
      guard,
      all: { exclude: ['/health', '/auth/*'] },
      routes: [get('/health'), get('/auth/login'), secret],
    });
    beforeAll(() => (reached = 0));

    it.each(exclusionCases)('$target', async (each) => {
      const path = exclusionCases.find((other) => each.target === `http://api.example.com${other.target}`);
      const absolute = target.readsAbsoluteForm && path && !isRejected(path.target) ? path : undefined;
      const status = target.paths === 'resolved' ? (each.resolved ?? each.status) : (absolute ?? each).status;
      const before = events.length;
      const response = await send({ target: each.target });
      // Bridges to fetch either reject a backslash or read a slash, depending on their version.
      const isResolved =
        target.paths === 'resolved' && each.resolved !== undefined && response.status !== 400;
      const isRead = isResolved || absolute !== undefined;
      if (isRejected(each.target) && !isRead) expectRejection(response, events.length - before);
      else if (status === 401) expectRefusal(response);
      else expect(response.status).toBe(status);
      expect(reached).toBe(0);
    });
  });

  describe('a mounted router', () => {
    it('compares whole paths, not what is left of them below the prefix', async () => {
      const recorded = recordedGuard();
      const all = { exclude: ['/health', '/api/status'] };
      const mount = { prefix: '/api', all, routes: [get('/health'), get('/status'), get('/v2')] };
      const { send } = await serve(target, { guard: recorded.guard, routes: [], mounts: [mount] });
      expectRefusal(await send({ target: '/api/health' }));
      expectReply(await send({ target: '/api/status' }), { path: '/status', bound: null });
      expectRefusal(await send({ target: '/api/v2?x' }));
      expectReply(await send({ target: '/api/v2', headers: good }), { path: '/v2', bound: false });
      expect(recorded.events.map(({ path }) => path)).toEqual([
        '/api/health',
        '/api/status',
        '/api/v2',
        '/api/v2',
      ]);
    });

    it('is protected by what protects the whole server, and asks for more', async () => {
      const { guard } = recordedGuard();
      const routes = [get('/v2'), get('/bound', { binding: true })];
      const { send } = await serve(target, {
        guard,
        all: {},
        routes: [],
        mounts: [{ prefix: '/api', routes }],
      });
      for (const path of ['/api/v2', '/api/bound', '/api/no-such-path', '/api', '/api/']) {
        expectRefusal(await send({ target: path }));
      }
      expectReply(await send({ target: '/api/v2', headers: good }), { path: '/v2', bound: false });
      expectRefusal(await send({ target: '/api/bound', headers: good }));
      expectReply(await send({ target: '/api/bound', headers: bound }), { path: '/bound', bound: true });
    });

    it('leaves routes outside of it alone', async () => {
      const { guard } = recordedGuard();
      const mount = { prefix: '/api', all: {}, routes: [get('/v2', { binding: true })] };
      const { send } = await serve(target, { guard, routes: [get('/open')], mounts: [mount] });
      expectReply(await send({ target: '/open' }), { path: '/open', bound: null });
      expectRefusal(await send({ target: '/api/v2' }));
      expectReply(await send({ target: '/api/v2', headers: bound }), { path: '/v2', bound: true });
    });
  });

  it('waits for asynchronous handlers, and mixes up no requests', async () => {
    const { guard } = recordedGuard();
    const route: RouteSpec = {
      ...get('/token', {}),
      handle: async ({ attestation }) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        return { status: 201, json: { did: attestation?.approov?.deviceId } };
      },
    };
    const { send } = await serve(target, { guard, routes: [route] });
    const devices = Array.from({ length: 20 }, (_, at) => `device-${at}`);
    const answers = await Promise.all(
      devices.map((did) =>
        send({ target: '/token', headers: [approovToken(token({ claims: { exp: EXPIRY, did } }))] }),
      ),
    );
    answers.forEach((answer, at) => expectReply(answer, { did: devices[at] }, 201));
  });
});

/** Either the framework's own HTTP layer has answered and the guard was not asked, or the guard has refused. */
function expectRejection(response: WireResponse, decisions: number, body = '{}'): void {
  if (decisions === 0) expect([400, 404]).toContain(response.status);
  else expectRefusal(response, 401, body);
}
