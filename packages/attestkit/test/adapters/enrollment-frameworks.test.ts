import type { ServerResponse } from 'node:http';
import { Router } from '@koa/router';
import { NestFactory } from '@nestjs/core';
import { Module, type INestApplication } from '@nestjs/common';
import express, { type RequestHandler } from 'express';
import { fastify } from 'fastify';
import Koa from 'koa';
import { describe, expect, test, vi } from 'vitest';
import * as forExpress from '../../src/adapters/express.js';
import * as forFastify from '../../src/adapters/fastify.js';
import * as forHono from '../../src/adapters/hono.js';
import * as forKoa from '../../src/adapters/koa.js';
import { AttestationModule, type AttestationModuleOptions } from '../../src/adapters/nest.js';
import * as forNode from '../../src/adapters/node/index.js';
import * as forWeb from '../../src/adapters/web.js';
import { echoing } from './support/echoing.js';
import { tokenField } from './support/guards.js';
import { platforms } from './support/nest-app.js';
import { afterTest, send, serve } from './support/wire.js';

const ECHO = { method: 'POST', target: '/device/echo', body: 'x' } as const;
const teapot: RequestHandler = (req, res) => void res.status(418).send(req.url);

describe('Express', () => {
  test('in routers within routers, the target is the one that was sent', async () => {
    const { guard, asked } = echoing();
    const inner = express.Router().use('/device', forExpress.deviceEndpoints(guard));
    const port = await serve(express().use('/api', inner, teapot));
    expect((await send(port, { ...ECHO, target: '/api/device/echo?x' })).status).toBe(202);
    expect(await send(port, { ...ECHO, target: '/api/device/other' })).toMatchObject({
      status: 418,
      body: '/device/other',
    });
    expect(asked.map(({ target, path }) => [target, path])).toEqual([
      ['/api/device/echo?x', '/echo'],
      ['/api/device/other', '/other'],
    ]);
  });

  test('the address is that of the proxy trust', async () => {
    const { guard, asked } = echoing();
    const app = express().set('trust proxy', true).use('/device', forExpress.deviceEndpoints(guard));
    await send(await serve(app), { ...ECHO, fields: [['X-Forwarded-For', '203.0.113.9']] });
    expect(asked[0]?.ip).toBe('203.0.113.9');
  });

  test('what protects all routes comes before or after, as it is mounted', async () => {
    const { guard } = echoing();
    const device = express.Router().use('/device', forExpress.deviceEndpoints(guard));
    const protection = forExpress.protect(guard);
    expect((await send(await serve(express().use(device, protection)), ECHO)).status).toBe(202);
    expect((await send(await serve(express().use(protection, device)), ECHO)).status).toBe(401);
    const excluding = forExpress.protect(guard, { exclude: ['/device/*'] });
    expect((await send(await serve(express().use(excluding, device)), ECHO)).status).toBe(202);
  });
});

describe('Node', () => {
  test.each<[string, () => unknown]>([
    ['throws', () => JSON.parse('{')],
    ['rejects', () => Promise.reject(new SyntaxError('later'))],
  ])('a listener that %s is answered for', async (_how, listener) => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    afterTest(() => warn.mockRestore());
    const port = await serve(forNode.deviceEndpoints(echoing().guard, listener));
    expect(await send(port, { target: '/other' })).toMatchObject({ status: 500, body: '{}' });
    expect(warn).toHaveBeenCalledWith(expect.any(SyntaxError));
    expect((await send(port, ECHO)).status).toBe(202);
  });

  test('is called once, and not for an endpoint', async () => {
    const listener = vi.fn((_req: unknown, res: ServerResponse) => void res.end('mine'));
    const port = await serve(forNode.deviceEndpoints(echoing().guard, listener));
    expect((await send(port, ECHO)).status).toBe(202);
    expect(listener).not.toHaveBeenCalled();
    expect((await send(port)).body).toBe('mine');
    expect(listener).toHaveBeenCalledTimes(1);
  });
});

describe('Koa', () => {
  test('below a middleware that has taken its own path from the URL', async () => {
    const { guard, asked } = echoing();
    const app = new Koa().use((ctx, next) => {
      ctx.url = ctx.url.replace('/mounted', '');
      return next();
    });
    app.use(forKoa.deviceEndpoints(guard));
    const port = await serve(app.callback());
    expect((await send(port, { ...ECHO, target: '/mounted/device/echo' })).status).toBe(202);
    expect(asked[0]).toMatchObject({ target: '/mounted/device/echo', path: '/echo' });
  });

  test('in a router, beside its other routes', async () => {
    const router = new Router({ prefix: '/api' });
    router.use(forKoa.deviceEndpoints(echoing().guard, { prefix: '/api/device' }));
    router.all('/{*path}', (ctx) => void (ctx.status = 418));
    const port = await serve(new Koa().use(router.routes()).callback());
    expect((await send(port, { ...ECHO, target: '/api/device/echo' })).status).toBe(202);
    expect((await send(port, { ...ECHO, target: '/api/device/other' })).status).toBe(418);
  });
});

describe('Fastify', () => {
  const start = async (app: ReturnType<typeof fastify>): Promise<number> => {
    afterTest(() => app.close());
    await app.listen({ host: '127.0.0.1', port: 0 });
    return (app.server.address() as { port: number }).port;
  };

  test.each([
    ['by default', undefined, '/v1/device'],
    ['with a prefix of its own', '/keys', '/v1/keys'],
  ])('below the prefix of the instance, %s', async (_how, prefix, expected) => {
    const { guard, asked } = echoing();
    const app = fastify();
    const options = { guard, ...(prefix !== undefined && { prefix }) };
    app.register((scope) => scope.register(forFastify.deviceEndpoints, options), { prefix: '/v1' });
    const port = await start(app);
    expect((await send(port, { ...ECHO, target: `${expected}/echo` })).status).toBe(202);
    expect((await send(port, { ...ECHO, target: `${expected}/other` })).status).toBe(404);
    expect(asked.map(({ path }) => path)).toEqual(['/echo', '/other']);
  });

  test('answers before a parser could fail, and in the sight of hooks', async () => {
    const onSend = vi.fn(async () => undefined);
    const parse = vi.fn(async () => ({}));
    const app = fastify();
    app.addHook('onSend', onSend);
    app.addHook('preParsing', parse);
    app.register(forFastify.deviceEndpoints, { guard: echoing().guard });
    const fields = [['Content-Type', 'application/json']] as const;
    const answer = await send(await start(app), { ...ECHO, body: '{"a":', fields });
    expect(answer).toMatchObject({ status: 202, body: '"{\\"a\\":"' });
    expect(onSend).toHaveBeenCalledTimes(1);
    expect(parse).not.toHaveBeenCalled();
  });

  test('what protects all routes protects these too, unless it answers them', async () => {
    const { guard } = echoing();
    for (const answered of [undefined, '/device']) {
      const app = fastify();
      app.register(forFastify.protection, { guard, ...(answered !== undefined && { devicePath: answered }) });
      app.register(forFastify.deviceEndpoints, { guard });
      const port = await start(app);
      expect((await send(port, ECHO)).status).toBe(answered === undefined ? 401 : 202);
      expect((await send(port, { ...ECHO, fields: [tokenField()] })).status).toBe(202);
      expect((await send(port, { target: '/unknown' })).status).toBe(401);
    }
  });

  test('protection answers the endpoints, and protects all else below their path', async () => {
    const { guard, asked } = echoing();
    const app = fastify();
    app.register(forFastify.protection, { guard, devicePath: '/device' });
    app.get('/device/settings', () => 'settings');
    app.get('/device/:id/position', () => 'position');
    app.get('/device/*', () => 'rest');
    app.setNotFoundHandler((_request, reply) => void reply.send('page'));
    const port = await start(app);
    expect((await send(port, ECHO)).status).toBe(202);
    for (const target of [
      '/device',
      '/device/',
      '/device/settings',
      '/device/7/position',
      '/device/echo/',
      '/device/Echo',
      '/device/%65cho',
      '/device//echo',
      '//device/echo',
      '/DEVICE/echo',
      'http://h/device/echo',
      '/device/echo/../settings',
      '/device/x',
      '/page',
    ]) {
      expect([target, (await send(port, { target })).status]).toEqual([target, 401]);
      const known = await send(port, { target, fields: [tokenField()] });
      expect([target, known.status]).toEqual([target, 200]);
    }
    expect(new Set(asked.map(({ path }) => path))).toEqual(
      new Set([
        '/echo',
        '/',
        '/settings',
        '/7/position',
        '/echo/',
        '/Echo',
        '/%65cho',
        '//echo',
        '/echo/../settings',
        '/x',
      ]),
    );
  });

  test.each([
    ['devicePath', '', '/device/'],
    ['devicePath', '', 'device'],
    ['devicePath', '/v1', '/device'],
  ])('protection refuses a wrong path, or one that is never reached: %s', async (variable, prefix, path) => {
    const app = fastify();
    const options = { guard: echoing().guard, devicePath: path };
    app.register(async (scope) => void (await scope.register(forFastify.protection, options)), { prefix });
    await expect(app.ready()).rejects.toMatchObject({ name: 'ConfigurationError', variable });
  });

  test('hooks of its own scope do not reach other routes', async () => {
    const app = fastify();
    await app.register(forFastify.deviceEndpoints, { guard: echoing().guard });
    app.get('/open', () => 'open');
    expect((await send(await start(app), { target: '/open' })).body).toBe('open');
  });
});

describe.each(platforms)('Nest on %s', (_platform, makeAdapter) => {
  const start = async (options: AttestationModuleOptions, globalPrefix?: string): Promise<number> => {
    class Application {
      readonly name = 'test';
    }
    Module({ imports: [AttestationModule.forRoot(options)] })(Application);
    const settings = { logger: false, abortOnError: false, rawBody: true } as const;
    const app: INestApplication = await NestFactory.create(Application, makeAdapter(), settings);
    if (globalPrefix !== undefined) app.setGlobalPrefix(globalPrefix);
    afterTest(() => app.close());
    await app.listen(0, '127.0.0.1');
    return (app.getHttpServer().address() as { port: number }).port;
  };

  test('answers before all other routes are protected', async () => {
    const port = await start({ guard: echoing().guard, all: true, devicePath: '/device' });
    expect((await send(port, ECHO)).status).toBe(202);
    expect((await send(port, { target: '/device/other' })).status).toBe(401);
    expect((await send(port, { target: '/device/other', fields: [tokenField()] })).status).toBe(404);
  });

  test('the prefix is the whole path, below the global prefix', async () => {
    const { guard, asked } = echoing();
    const port = await start({ guard, devicePath: '/api/device' }, 'api');
    expect((await send(port, { ...ECHO, target: '/api/device/echo' })).status).toBe(202);
    expect((await send(port, ECHO)).status).toBe(404);
    expect(asked).toMatchObject([{ target: '/api/device/echo', path: '/echo' }]);
  });

  test('has no endpoints unless it is told where', async () => {
    const { guard, asked } = echoing();
    expect((await send(await start({ guard }), ECHO)).status).toBe(404);
    expect(asked).toEqual([]);
  });

  test.each([true, '', '/device/'])('devicePath: %j', async (devicePath) => {
    const { guard } = echoing();
    const options = { guard, devicePath } as AttestationModuleOptions;
    if (devicePath === '')
      expect((await send(await start(options), { ...ECHO, target: '/echo' })).status).toBe(202);
    else
      await expect(start(options)).rejects.toMatchObject({
        name: 'ConfigurationError',
        variable: 'devicePath',
      });
  });
});

test.each<[string, (options: object) => unknown]>([
  ['Koa', (options) => forKoa.deviceEndpoints(echoing().guard, options)],
  ['Hono', (options) => forHono.deviceEndpoints(echoing().guard, options)],
  ['Node', (options) => forNode.deviceEndpoints(echoing().guard, () => undefined, options)],
  ['fetch', (options) => forWeb.deviceEndpoints(echoing().guard, options)],
  [
    'Fastify',
    (options) =>
      fastify()
        .register(forFastify.deviceEndpoints, { guard: echoing().guard, ...options })
        .ready(),
  ],
])('%s refuses options that it does not know', async (_adapter, make) => {
  for (const [options, variable] of [
    [{ prefx: '/keys' }, 'prefx'],
    [{ path: '/keys' }, 'path'],
  ] as const) {
    await expect((async () => make(options))()).rejects.toMatchObject({
      name: 'ConfigurationError',
      variable,
    });
  }
});
