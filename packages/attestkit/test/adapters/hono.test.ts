import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { describe, expect, test, vi } from 'vitest';
import { deviceEndpoints, protect, type AttestationVariables } from '../../src/adapters/hono.js';
import { echoing } from './support/echoing.js';
import { asyncGuard, bodyGuard, digestOf, recordingGuard, syncGuard, tokenField } from './support/guards.js';
import { listening, send } from './support/wire.js';

interface Env {
  Variables: AttestationVariables;
}

const start = (app: Hono<Env>): Promise<number> =>
  listening(createAdaptorServer({ fetch: app.fetch }) as Server);

const did: MiddlewareHandler<Env> = async (c) => c.text(c.get('attestation')?.approov?.deviceId ?? 'nothing');

describe.each([
  ['at once', syncGuard],
  ['later', asyncGuard],
])('with a guard that decides %s', (_name, makeGuard) => {
  test.each(['GET', 'HEAD', 'OPTIONS', 'PUT'])('covers unknown paths with %s', async (method) => {
    const handler = vi.fn(did);
    const port = await start(new Hono<Env>().use(protect(makeGuard().guard), handler));
    const answer = await send(port, { method, target: '/unknown' });
    expect(handler).not.toHaveBeenCalled();
    expect(answer).toMatchObject({ status: 401, body: method === 'HEAD' ? '' : '{}' });
    expect(answer.fields).toMatchObject({ 'content-type': 'application/json' });
  });

  test('goes on once, with the result', async () => {
    const handler = vi.fn(did);
    const port = await start(new Hono<Env>().use(protect(makeGuard().guard), handler));
    expect(await send(port, { fields: [tokenField()] })).toMatchObject({ status: 200, body: 'device' });
    expect(handler).toHaveBeenCalledTimes(1);
  });

  test('protects one route and leaves the others open', async () => {
    const app = new Hono<Env>();
    app.get('/open', did);
    app.get('/bound', protect(makeGuard().guard, { binding: true }), did);
    const port = await start(app);
    expect((await send(port, { target: '/open' })).body).toBe('nothing');
    expect((await send(port, { target: '/bound' })).status).toBe(401);
    const authorization = ['Authorization', 'Bearer a'] as const;
    const bound = [tokenField('Bearer a'), authorization];
    expect((await send(port, { target: '/bound', fields: bound })).body).toBe('device');
    expect((await send(port, { target: '/bound', fields: [...bound, authorization] })).status).toBe(401);
  });

  test('compares the bytes of a bound field as they were sent', async () => {
    const port = await start(new Hono<Env>().use(protect(makeGuard().guard, { binding: true }), did));
    const sent = 'Bearer gr\xfc\xdf';
    const authorization = ['Authorization', sent] as const;
    const bytes = tokenField(Buffer.from(sent, 'latin1'));
    expect((await send(port, { fields: [bytes, authorization] })).body).toBe('device');
    const text = tokenField(Buffer.from(sent));
    expect((await send(port, { fields: [text, authorization] })).status).toBe(401);
  });

  test('hands what the handler throws to the error handler', async () => {
    const app = new Hono<Env>().use(protect(makeGuard().guard), () => Promise.reject(new Error('mine')));
    app.onError((error, c) => c.text(error.message, 418));
    const answer = await send(await start(app), { fields: [tokenField()] });
    expect(answer).toMatchObject({ status: 418, body: 'mine' });
  });
});

test('fields that others have set stay on a refusal', async () => {
  const app = new Hono<Env>();
  app.use(async (c, next) => {
    await next();
    c.header('Access-Control-Allow-Origin', '*');
  });
  app.use(protect(syncGuard().guard));
  expect((await send(await start(app))).fields).toMatchObject({ 'access-control-allow-origin': '*' });
});

test('the target is whole in mounted applications, and the address that of the connection', async () => {
  const { guard, seen } = recordingGuard();
  const app = new Hono<Env>()
    .basePath('/api')
    .route('/sub', new Hono<Env>().use(protect(guard)).get('/x', did));
  await send(await start(app), { target: '/api/sub/x?y=%20' });
  expect(seen[0]).toEqual({ target: '/api/sub/x?y=%20', ip: '127.0.0.1' });
});

test.each(['/t/{id}', '/?x="q"', "/?x='q'", '/a|b?^`', '/%7Bid%7D', '/?x=\\'])(
  'on Node the target is as it was sent: %s',
  async (target) => {
    const { guard, seen } = recordingGuard();
    const inner = new Hono<Env>().use(protect(guard)).all('*', did);
    const app = new Hono<Env>().mount('/inner', (request, env) => inner.fetch(request, env as object));
    app.use(protect(guard));
    const port = await start(app);
    await send(port, { target });
    await send(port, { target: `/inner${target}` });
    expect(seen.map((each) => each.target)).toEqual([target, `/inner${target}`]);
  },
);

test('on Node repeated fields are told apart from one with a comma', async () => {
  const port = await start(new Hono<Env>().use(protect(syncGuard().guard, { binding: true }), did));
  const bound = tokenField('a, a');
  const field = (value: string) => ['Authorization', value] as const;
  expect((await send(port, { fields: [bound, field('a, a')] })).status).toBe(200);
  expect((await send(port, { fields: [bound, field('a'), field('a')] })).status).toBe(401);
});

describe('a request that the application makes of another one', () => {
  const field = (value: string) => ['Authorization', value] as const;
  const credential = tokenField('Bearer a');

  test('is judged by what it carries itself, although it is handed on with the same environment', async () => {
    const app = new Hono<Env>();
    app.post('/batch', async (c) => {
      const { headers } = (await c.req.json()) as { readonly headers: Record<string, string> };
      return app.request('/inner', { headers }, c.env as object);
    });
    app.use('/inner', protect(syncGuard().guard, { binding: true }), did);
    const port = await start(app);
    const batch = async (headers: object, ...fields: (readonly [string, string])[]) =>
      (await send(port, { method: 'POST', target: '/batch', body: JSON.stringify({ headers }), fields }))
        .status;
    const [name, value] = credential;
    expect(await batch({}, credential, field('Bearer a'))).toBe(401);
    expect(await batch({ [name]: value, authorization: 'Bearer a' })).toBe(200);
    expect(
      await batch({ [name]: value, authorization: 'Bearer victim' }, credential, field('Bearer a')),
    ).toBe(401);
  });

  test('has the path that was sent where it is the same, or the end of it', async () => {
    const { guard, seen } = recordingGuard();
    const inner = new Hono<Env>().use(protect(guard)).all('*', did);
    const app = new Hono<Env>();
    app.mount('/mounted', (request, env) => inner.fetch(request, env as object));
    app.all('/other', (c) => inner.request('/elsewhere?b=2', {}, c.env as object));
    const port = await start(app);
    for (const target of ['/mounted', '/mounted?a={}', '/mounted/{x}?a=1', '/other?b=2', '/other'])
      await send(port, { target });
    expect(seen).toEqual(
      ['/mounted', '/mounted?a={}', '/mounted/{x}?a=1', '/elsewhere?b=2', '/elsewhere?b=2'].map((target) => ({
        target,
        ip: '127.0.0.1',
      })),
    );
  });

  test('still has its repeated fields', async () => {
    const inner = new Hono<Env>().use(protect(syncGuard().guard, { binding: true })).all('*', did);
    const app = new Hono<Env>().mount('/mounted', (request, env) => inner.fetch(request, env as object));
    const port = await start(app);
    const ask = async (...fields: (readonly [string, string])[]) =>
      (await send(port, { target: '/mounted/x', fields })).status;
    expect(await ask(tokenField('a, a'), field('a, a'))).toBe(200);
    expect(await ask(tokenField('a, a'), field('a'), field('a'))).toBe(401);
    expect(await ask(tokenField('a'), field('a'), field('a'))).toBe(401);
  });

  test('whose body a limit has wrapped is read as it was sent', async () => {
    const body = '{ "a": 1 }';
    const app = new Hono<Env>().use(bodyLimit({ maxSize: 1000 }), protect(bodyGuard().guard), did);
    const port = await start(app);
    const sent = { method: 'POST', target: '/|', body: ['{ "a"', ': 1 }'] };
    expect((await send(port, { ...sent, fields: [digestOf(body)] })).status).toBe(200);
    expect((await send(port, { ...sent, fields: [digestOf('{}')] })).status).toBe(401);
  });
});

describe('the address', () => {
  const forwarded = (request: Request): string | undefined =>
    request.headers.get('x-forwarded-for') ?? undefined;

  test('is what the option says, on Node too', async () => {
    const { guard, seen } = recordingGuard();
    const app = new Hono<Env>().use(protect(guard, { address: forwarded }), did);
    const port = await start(app);
    await send(port, { fields: [['X-Forwarded-For', '203.0.113.9']] });
    await send(port);
    expect(seen.map(({ ip }) => ip)).toEqual(['203.0.113.9', undefined]);
  });

  test.each([[undefined], [{}], [{ incoming: {} }], [{ incoming: { rawHeaders: 'x', url: '/' } }]])(
    'is unknown without Node: %j',
    async (env) => {
      const { guard, seen } = recordingGuard();
      await new Hono<Env>().use(protect(guard), did).request('/x', {}, env as object | undefined);
      expect(seen).toEqual([{ target: '/x', ip: undefined }]);
    },
  );

  test('the endpoints take it, and warn where there is none', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const { guard, asked } = echoing();
    const post = { method: 'POST', body: 'a' };
    const known = new Hono().use(deviceEndpoints(guard, { address: () => '203.0.113.9' }));
    await known.request('/device/echo', post);
    const onNode = new Hono().use(deviceEndpoints(guard));
    await send(await listening(createAdaptorServer({ fetch: onNode.fetch }) as Server), {
      ...post,
      target: '/device/echo',
    });
    expect(warn).not.toHaveBeenCalled();
    const unknown = new Hono().use(deviceEndpoints(guard));
    await unknown.request('/device/echo', post);
    await unknown.request('/device/echo', post);
    expect(asked.map(({ ip }) => ip)).toEqual(['203.0.113.9', '127.0.0.1', undefined, undefined]);
    expect(warn.mock.calls).toEqual([
      [expect.stringContaining('option address'), { code: 'ATTESTKIT_ADDRESS' }],
    ]);
    warn.mockRestore();
  });

  test('a wrong option fails at start-up', () => {
    const wrong = { address: 'x-forwarded-for' } as unknown as { address: () => string };
    for (const make of [
      () => protect(syncGuard().guard, wrong),
      () => deviceEndpoints(echoing().guard, wrong),
    ])
      expect(make).toThrow(expect.objectContaining({ name: 'ConfigurationError', variable: 'address' }));
  });
});

describe('a body', () => {
  const body = '{ "a": 1 }';
  const fields = [digestOf(body)];
  const parse: MiddlewareHandler<Env> = async (c, next) => {
    await c.req.json();
    await next();
  };

  test.each([
    ['after', [], 200],
    ['before', [parse], 503],
  ])('parsed %s the guard', async (_place, before, status) => {
    const app = new Hono<Env>();
    for (const each of before) app.use(each);
    app.use(protect(bodyGuard().guard));
    app.post('/', async (c) => c.json(await c.req.json()));
    const port = await start(app);
    const answer = await send(port, { method: 'POST', body, fields });
    expect(answer).toMatchObject({ status, body: status === 200 ? '{"a":1}' : '{}' });
    const other = await send(port, { method: 'POST', body: '{"a":1}', fields });
    expect(other.status).toBe(status === 200 ? 401 : 503);
  });
});

test('a wrong option fails at start-up', () => {
  expect(() => protect(syncGuard().guard, { exclude: ['health'] })).toThrow('exclude');
});
