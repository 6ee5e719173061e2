import { fastify as createFastify, type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { describe, expect, test, vi } from 'vitest';
import { protect, protection } from '../../src/adapters/fastify.js';
import type { Attestation } from '../../src/ports/attestation.js';
import { asyncGuard, bodyGuard, digestOf, recordingGuard, syncGuard, tokenField } from './support/guards.js';
import { afterTest, send } from './support/wire.js';

function application(options: FastifyServerOptions = {}): FastifyInstance {
  const app = createFastify(options);
  afterTest(() => app.close());
  return app;
}

async function start(app: FastifyInstance): Promise<number> {
  await app.listen({ host: '127.0.0.1', port: 0 });
  return (app.server.address() as { port: number }).port;
}

const did = (request: { attestation?: Attestation }): string =>
  request.attestation?.approov?.deviceId ?? 'nothing';

describe.each([
  ['at once', syncGuard],
  ['later', asyncGuard],
])('with a guard that decides %s', (_name, makeGuard) => {
  test.each(['GET', 'HEAD', 'OPTIONS', 'PUT'])('covers unknown paths with %s', async (method) => {
    const app = application();
    const handler = vi.fn(did);
    app.register(protection, { guard: makeGuard().guard });
    app.setNotFoundHandler(handler);
    const answer = await send(await start(app), { method, target: '/unknown' });
    expect(handler).not.toHaveBeenCalled();
    expect(answer).toMatchObject({ status: 401, body: method === 'HEAD' ? '' : '{}' });
    expect(answer.fields).toMatchObject({ 'content-type': 'application/json', 'content-length': '2' });
  });

  test('goes on once, with the result', async () => {
    const app = application();
    await app.register(protection, { guard: makeGuard().guard });
    const handler = vi.fn(did);
    app.get('/', handler);
    app.get('/decorator', (request) =>
      did({ attestation: request.getDecorator<Attestation>('attestation') }),
    );
    const port = await start(app);
    expect(await send(port, { fields: [tokenField()] })).toMatchObject({ status: 200, body: 'device' });
    expect(handler).toHaveBeenCalledTimes(1);
    expect((await send(port, { target: '/decorator', fields: [tokenField()] })).body).toBe('device');
  });

  test('protects one route and leaves the others open', async () => {
    const app = application();
    app.get('/open', did);
    app.get('/bound', { onRequest: protect(makeGuard().guard, { binding: true }) }, did);
    const port = await start(app);
    expect((await send(port, { target: '/open' })).body).toBe('nothing');
    expect((await send(port, { target: '/bound' })).status).toBe(401);
    expect((await send(port, { method: 'HEAD', target: '/bound' })).status).toBe(401);
    const authorization = ['Authorization', 'Bearer a'] as const;
    const bound = [tokenField('Bearer a'), authorization];
    expect((await send(port, { target: '/bound', fields: bound })).body).toBe('device');
    expect((await send(port, { target: '/bound', fields: [...bound, authorization] })).status).toBe(401);
  });

  test.each([
    ['throws', () => void JSON.parse('{')],
    ['rejects', () => Promise.reject(new SyntaxError('later'))],
  ])('hands on what a handler that %s', async (_how, handler) => {
    const app = application();
    app.register(protection, { guard: makeGuard().guard });
    app.get('/', handler);
    app.setErrorHandler((error: Error, _request, reply) => reply.code(418).send(error.name));
    const answer = await send(await start(app), { fields: [tokenField()] });
    expect(answer).toMatchObject({ status: 418, body: 'SyntaxError' });
  });
});

describe('the plugin', () => {
  test.each([
    ['at once', (app: FastifyInstance) => app],
    ['one after the other', (app: FastifyInstance) => app.after()],
  ])('covers routes and plugins before and after it, registered %s', async (_how, loaded) => {
    const app = application();
    const scope = (name: string) => async (inner: FastifyInstance) => {
      inner.get(`/${name}`, did);
      inner.register(async (innermost) => void innermost.get(`/${name}/deep`, did));
    };
    app.get('/before', did);
    app.register(scope('scope-before'));
    await loaded(app);
    app.register(protection, { guard: syncGuard().guard });
    await loaded(app);
    app.register(scope('scope-after'));
    app.get('/after', did);
    const port = await start(app);
    const scopes = ['/scope-before', '/scope-before/deep', '/scope-after', '/scope-after/deep'];
    for (const target of ['/before', '/after', ...scopes]) {
      expect((await send(port, { target })).status).toBe(401);
      expect((await send(port, { target, fields: [tokenField()] })).body).toBe('device');
    }
  });

  test('covers its own scope only, where it is registered in one', async () => {
    const app = application();
    app.get('/open', did);
    app.register(async (scope) => {
      scope.register(protection, { guard: syncGuard().guard });
      scope.get('/closed', did);
    });
    const port = await start(app);
    expect((await send(port, { target: '/open' })).status).toBe(200);
    expect((await send(port, { target: '/closed' })).status).toBe(401);
  });

  test('can be registered again in a scope, with more to ask', async () => {
    const { guard } = syncGuard();
    const app = application();
    app.register(protection, { guard });
    app.register(async (scope) => {
      scope.register(protection, { guard, binding: true });
      scope.get('/bound', did);
    });
    const port = await start(app);
    expect((await send(port, { target: '/bound', fields: [tokenField()] })).status).toBe(401);
  });

  test('with a wrong option keeps the application from starting', async () => {
    const app = application();
    app.register(protection, Object.assign({ guard: syncGuard().guard }, { bindng: true }));
    await expect(app.ready()).rejects.toThrow('bindng');
  });

  test('decides about injected requests too', async () => {
    const app = application();
    app.register(protection, { guard: syncGuard().guard });
    app.get('/', did);
    expect((await app.inject('/')).statusCode).toBe(401);
    const [name, value] = tokenField();
    expect((await app.inject({ url: '/', headers: { [name]: value } })).body).toBe('device');
  });
});

test('a refusal passes the hooks of a reply, and keeps its fields', async () => {
  const app = application();
  app.addHook('onRequest', async (_request, reply) => void reply.header('access-control-allow-origin', '*'));
  app.register(protection, { guard: syncGuard().guard });
  app.addHook('onSend', async (_request, reply) => void reply.header('x-sent', '1'));
  expect((await send(await start(app))).fields).toMatchObject({
    'access-control-allow-origin': '*',
    'x-sent': '1',
    'content-type': 'application/json',
  });
});

test('the target is the one that was sent, under a prefix and after rewriting', async () => {
  const { guard, seen } = recordingGuard();
  const rewriteUrl = (req: { url?: string }): string => (req.url ?? '').replace('/sent', '/rewritten');
  const app = application({ rewriteUrl } as FastifyServerOptions);
  app.register(
    async (scope) => {
      scope.register(protection, { guard });
      scope.get('/x', did);
    },
    { prefix: '/api/rewritten' },
  );
  await send(await start(app), { target: '/api/sent/x?y=%20' });
  expect(seen[0]?.target).toBe('/api/sent/x?y=%20');
});

test.each([
  [false, '127.0.0.1'],
  [true, '203.0.113.9'],
])('with trustProxy %s the address is %s', async (trustProxy, ip) => {
  const { guard, seen } = recordingGuard();
  const app = application({ trustProxy });
  app.register(protection, { guard });
  app.get('/', () => seen[0]?.ip);
  const fields = [['X-Forwarded-For', '203.0.113.9']] as const;
  expect((await send(await start(app), { fields })).body).toBe(ip);
});

describe('a body', () => {
  const body = '{ "a": 1 }';
  const fields = [digestOf(body), ['Content-Type', 'application/json']] as const;
  const parsed = ({ body: value }: { body: unknown }): unknown => value;

  test('is verified, and parsed afterwards', async () => {
    const app = application();
    app.register(protection, { guard: bodyGuard().guard });
    app.post('/', parsed);
    const port = await start(app);
    expect((await send(port, { method: 'POST', body, fields })).body).toBe('{"a":1}');
    const chunked = { method: 'POST', body: ['{ "a"', ': 1 }'], fields };
    expect((await send(port, chunked)).body).toBe('{"a":1}');
    expect((await send(port, { method: 'POST', body: '{"a":1}', fields })).status).toBe(401);
    const empty = [digestOf(''), ['Content-Type', 'application/json']] as const;
    expect((await send(port, { method: 'POST', body: [], fields: empty })).status).toBe(400);
  });

  test('of an injected request is verified, and parsed afterwards', async () => {
    const app = application();
    app.register(protection, { guard: bodyGuard().guard });
    app.post('/', parsed);
    const headers = Object.fromEntries(fields);
    const answer = await app.inject({ method: 'POST', url: '/', headers, payload: body });
    expect(answer.body).toBe('{"a":1}');
    const other = await app.inject({ method: 'POST', url: '/', headers, payload: '{"a":1}' });
    expect(other.statusCode).toBe(401);
  });

  test('that is parsed before the guard is refused as a mistake of the server', async () => {
    const { guard, codes } = bodyGuard();
    const app = application();
    app.post('/', { preHandler: protect(guard) }, parsed);
    expect((await send(await start(app), { method: 'POST', body, fields })).status).toBe(503);
    expect(codes).toEqual(['ERR_GUARD_BODY_UNAVAILABLE']);
  });
});
