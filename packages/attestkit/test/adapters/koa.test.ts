import { Router } from '@koa/router';
import Koa, { type Middleware } from 'koa';
import { describe, expect, test, vi } from 'vitest';
import { protect, type AttestationState } from '../../src/adapters/koa.js';
import { rawBody } from '../../src/adapters/node/index.js';
import { asyncGuard, bodyGuard, digestOf, recordingGuard, syncGuard, tokenField } from './support/guards.js';
import { send, serve } from './support/wire.js';

const did: Middleware<AttestationState> = (ctx) => {
  ctx.body = ctx.state.attestation?.approov?.deviceId ?? 'nothing';
};

function application(...middleware: Middleware<AttestationState>[]): Koa<AttestationState> {
  const app = new Koa<AttestationState>();
  app.silent = true;
  for (const each of middleware) app.use(each);
  return app;
}

const start = (...middleware: Middleware<AttestationState>[]): Promise<number> =>
  serve(application(...middleware).callback());

describe.each([
  ['at once', syncGuard],
  ['later', asyncGuard],
])('with a guard that decides %s', (_name, makeGuard) => {
  test.each(['GET', 'HEAD', 'OPTIONS', 'PUT'])('covers unknown paths with %s', async (method) => {
    const handler = vi.fn(did);
    const port = await start(protect(makeGuard().guard), handler);
    const answer = await send(port, { method, target: '/unknown' });
    expect(handler).not.toHaveBeenCalled();
    expect(answer).toMatchObject({ status: 401, body: method === 'HEAD' ? '' : '{}' });
    expect(answer.fields).toMatchObject({ 'content-type': 'application/json', 'content-length': '2' });
  });

  test('goes on once, with the result, and waits for what follows', async () => {
    const handler = vi.fn(async (ctx: Koa.ParameterizedContext<AttestationState>) => {
      await new Promise((resolve) => void setImmediate(resolve));
      ctx.body = ctx.state.attestation?.approov?.deviceId;
    });
    const answer = await send(await start(protect(makeGuard().guard), handler), { fields: [tokenField()] });
    expect(answer).toMatchObject({ status: 200, body: 'device' });
    expect(handler).toHaveBeenCalledTimes(1);
  });

  test('protects one route and leaves the others open', async () => {
    const router = new Router<AttestationState>();
    router.get('/open', did);
    router.get('/bound', protect(makeGuard().guard, { binding: true }), did);
    const port = await serve(application().use(router.routes()).callback());
    expect((await send(port, { target: '/open' })).body).toBe('nothing');
    expect((await send(port, { target: '/bound' })).status).toBe(401);
    const authorization = ['Authorization', 'Bearer a'] as const;
    const bound = [tokenField('Bearer a'), authorization];
    expect((await send(port, { target: '/bound', fields: bound })).body).toBe('device');
    expect((await send(port, { target: '/bound', fields: [...bound, authorization] })).status).toBe(401);
  });

  test.each([
    ['throws', () => void JSON.parse('{')],
    ['rejects', () => Promise.reject(new SyntaxError('later'))],
  ])('hands on what a handler that %s', async (_how, handler) => {
    const caught: unknown[] = [];
    const port = await start(
      async (ctx, next) => {
        await next().catch((error: unknown) => caught.push(error));
        ctx.status = 418;
      },
      protect(makeGuard().guard),
      handler,
    );
    expect((await send(port, { fields: [tokenField()] })).status).toBe(418);
    expect(caught).toEqual([expect.any(SyntaxError)]);
  });
});

test('fields that others have set stay on a refusal', async () => {
  const port = await start(async (ctx, next) => {
    ctx.set('Access-Control-Allow-Origin', '*');
    await next();
  }, protect(syncGuard().guard));
  expect((await send(port)).fields).toMatchObject({ 'access-control-allow-origin': '*' });
});

test('the target is the one that was sent, in mounted routers and after rewriting', async () => {
  const { guard, seen } = recordingGuard();
  const router = new Router<AttestationState>({ prefix: '/api/rewritten' }).get('/x', protect(guard), did);
  const rewrite: Middleware<AttestationState> = (ctx, next) => {
    ctx.url = ctx.url.replace('/sent', '/rewritten');
    return next();
  };
  const app = application(rewrite).use(router.routes());
  await send(await serve(app.callback()), { target: '/api/sent/x?y=%20' });
  expect(seen[0]?.target).toBe('/api/sent/x?y=%20');
});

test.each([
  [false, '127.0.0.1'],
  [true, '203.0.113.9'],
])('with proxy %s the address is %s', async (proxy, ip) => {
  const { guard, seen } = recordingGuard();
  const app = application(protect(guard), (ctx) => void (ctx.body = seen[0]?.ip));
  app.proxy = proxy;
  const fields = [['X-Forwarded-For', '203.0.113.9']] as const;
  expect((await send(await serve(app.callback()), { fields })).body).toBe(ip);
});

describe('a body', () => {
  const body = '{ "a": 1 }';
  const fields = [digestOf(body)];
  const parse =
    (keep: boolean): Middleware<AttestationState> =>
    async (ctx, next) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of ctx.req) chunks.push(chunk as Uint8Array);
      if (keep) rawBody(ctx.req, ctx.res, Buffer.concat(chunks));
      ctx.body = JSON.parse(Buffer.concat(chunks).toString());
      await next();
    };

  test.each([
    ['after', [], [parse(false)], 200],
    ['before, with the hook', [parse(true)], [], 200],
    ['before, without the hook', [parse(false)], [], 503],
  ])('parsed %s the guard', async (_place, before, after, status) => {
    const port = await start(...before, protect(bodyGuard().guard), ...after);
    const answer = await send(port, { method: 'POST', body, fields });
    expect(answer).toMatchObject({ status, body: status === 200 ? '{"a":1}' : '{}' });
    const other = await send(port, { method: 'POST', body: '{"a":1}', fields });
    expect(other.status).toBe(status === 200 ? 401 : 503);
  });
});

test('a wrong option fails at start-up', () => {
  expect(() => protect(syncGuard().guard, { preflight: 'yes' } as object)).toThrow('preflight');
});
