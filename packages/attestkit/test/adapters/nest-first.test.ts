import { Logger, Module, type INestApplication, type MiddlewareConsumer } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import express, { type Request as ExpressRequest, type Response as ExpressResponse } from 'express';
import { describe, expect, test, vi } from 'vitest';
import { AttestationModule } from '../../src/adapters/nest.js';
import { syncGuard, tokenField } from './support/guards.js';
import { catsController, platforms, serveNest } from './support/nest-app.js';
import { afterTest, send, type Answer, type Exchange } from './support/wire.js';

/** Bodies that no parser of the platform takes; of one that is too large the length is enough. */
const UNPARSABLE = [
  ['malformed JSON', 'application/json', '{"a":'],
  ['a body over the limit', 'application/json', undefined],
  ['a type that nobody parses', 'text/xml', '<a/>'],
] as const;

/** Request targets by which routers and matchers of paths have differed. */
const TARGETS = [
  'http://h/cats/open',
  'http://h/api/cats/open',
  'HTTP://other.example:80/api/cats/open?x',
  '*',
  '//api/cats/open',
  '///api//cats//open',
  '/%61pi/cats/open',
  '/api/%63ats/open',
  '/API/cats/open',
  '/api/cats/open/',
  '/api/cats/open//',
  '/api/./cats/open',
  '/api;x/cats/open',
  '/cats/open',
  '/',
  '/api',
];

function post(type: string, body: string | undefined): Exchange {
  const fields = [['Content-Type', type]] as const;
  const to = { method: 'POST', target: '/cats/post' };
  if (body === undefined) return { ...to, fields: [...fields, ['Content-Length', '2000000']] };
  return { ...to, fields, body };
}

describe.each(platforms)('Nest on %s', (platform, adapter) => {
  describe.each([
    ['without a prefix', undefined],
    ['with a global prefix', 'api'],
  ])('%s', (_name, prefix) => {
    test.each(['GET', 'HEAD', 'POST', 'OPTIONS'])(
      'all: no spelling of a path goes past it with %s',
      async (method) => {
        const { guard, codes } = syncGuard();
        const set = (app: INestApplication): void =>
          void (prefix !== undefined && app.setGlobalPrefix(prefix));
        const port = await serveNest(adapter(), { guard, all: true }, { set });
        for (const target of TARGETS)
          expect({ target, status: (await send(port, { method, target })).status }).toEqual({
            target,
            status: 401,
          });
        expect(codes).toEqual(TARGETS.map(() => 'ERR_APPROOV_TOKEN_MISSING'));
      },
    );
  });

  test.each(UNPARSABLE)('all: refuses a stranger who sends %s', async (_what, type, body) => {
    const port = await serveNest(adapter(), { guard: syncGuard().guard, all: true });
    expect(await send(port, post(type, body))).toMatchObject({ status: 401, body: '{}' });
    // The parsers answer only when all of it has come.
    if (body === undefined) return;
    const known = post(type, body);
    const answer = await send(port, { ...known, fields: [...(known.fields ?? []), tokenField()] });
    expect([201, 400, 413, 415]).toContain(answer.status);
  });

  test.each(UNPARSABLE)('enrollment: its endpoints get %s as it is', async (_what, type, body) => {
    const { guard } = syncGuard();
    const asked: string[] = [];
    const answer = (_request: unknown, path: string): Promise<Answered> => {
      asked.push(path);
      return Promise.resolve({ status: 400, headers: { 'content-type': 'application/json' }, body: '{}' });
    };
    const enrolling = { ...guard, answer, devices: {} } as unknown as typeof guard;
    const port = await serveNest(adapter(), { guard: enrolling, devicePath: '/device' });
    const request = { ...post(type, body), target: '/device/attest' };
    expect(await send(port, request)).toMatchObject({ status: 400, body: '{}' });
    expect(asked).toEqual(['/attest']);
  });

  const parsed = UNPARSABLE.filter(([, , body]) => platform === 'Fastify' || body !== undefined);
  test.each(parsed)('Protect: a stranger who sends %s', async (_what, type, body) => {
    const { guard, codes } = syncGuard();
    const port = await serveNest(adapter(), { guard });
    const answer = await send(port, post(type, body));
    // Express's parser has no part for a type that it does not know.
    const isParsedFirst = platform === 'Express' && type === 'application/json';
    expect(answer.status).toBe(isParsedFirst ? 400 : 401);
    if (!isParsedFirst) expect(codes).toEqual(['ERR_APPROOV_TOKEN_MISSING']);
  });

  test.each([
    [{ all: true }, 'api'],
    [{ all: true }, undefined],
    [{ devicePath: '/api/device' }, 'api'],
  ] as const)('%o with the prefix %s: Nest warns of nothing', async (more, prefix) => {
    const warn = vi.fn();
    const quiet = { log: () => undefined, error: warn, warn, fatal: warn };
    class Application {
      readonly name = 'test';
    }
    const { guard } = syncGuard();
    const options = { guard: { ...guard, devices: {} } as unknown as typeof guard, ...more };
    Module({ imports: [AttestationModule.forRoot(options)], controllers: [catsController()] })(Application);
    const app = await NestFactory.create(Application, adapter(), { logger: quiet, abortOnError: false });
    afterTest(() => app.close());
    afterTest(() => Logger.overrideLogger(false));
    if (prefix !== undefined) app.setGlobalPrefix(prefix);
    await app.init();
    expect(warn).not.toHaveBeenCalled();
  });

  test('fields that middleware has set stay on refusals of all, and preflights are answered', async () => {
    const set = (app: INestApplication): void => {
      app.enableCors({ origin: 'https://app.example' });
      app.use((_req: unknown, res: { setHeader(name: string, value: string): void }, next: () => void) => {
        res.setHeader('x-frame-options', 'DENY');
        next();
      });
    };
    const port = await serveNest(adapter(), { guard: syncGuard().guard, all: true }, { set });
    const origin = ['Origin', 'https://app.example'] as const;
    const answer = await send(port, { target: '/cats/closed', fields: [origin] });
    expect(answer).toMatchObject({
      status: 401,
      fields: { 'x-frame-options': 'DENY', 'access-control-allow-origin': 'https://app.example' },
    });
    const asking = ['Access-Control-Request-Method', 'GET'] as const;
    const preflight = await send(port, {
      method: 'OPTIONS',
      target: '/cats/closed',
      fields: [origin, asking],
    });
    expect(preflight.status).toBe(204);
  });

  test('all: comes before middleware of Nest, and before what has a path', async () => {
    const { guard, codes } = syncGuard();
    const answer: Answering = (_req, res) => void res.end('middleware');
    class Application {
      configure(consumer: MiddlewareConsumer): void {
        consumer.apply(answer).forRoutes('queues', 'queues/*rest');
      }
    }
    Module({ imports: [AttestationModule.forRoot({ guard, all: true })] })(Application);
    const app = await NestFactory.create(Application, adapter(), { logger: false, abortOnError: false });
    afterTest(() => app.close());
    app.use('/docs', answer);
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as { port: number };
    for (const target of ['/queues', '/queues/1', '/docs', '/docs/1']) {
      expect(await send(port, { target })).toMatchObject({ status: 401, body: '{}' });
      expect((await send(port, { target, fields: [tokenField()] })).body).toBe('middleware');
    }
    expect(codes).toHaveLength(8);
  });
});

type Answering = (req: unknown, res: { end(text: string): void }) => void;

interface Answered {
  status: number;
  headers: Record<string, string>;
  body: string;
}

test.each([
  ['a parser', (app: NestExpressApplication) => void app.use(express.json()), '/cats/post'],
  [
    'a parser of one path',
    (app: NestExpressApplication) => void app.use('/cats', express.json()),
    '/cats/post',
  ],
  ['a body parser of Nest', (app: NestExpressApplication) => void app.useBodyParser('text'), '/cats/post'],
  ['a route', (app: NestExpressApplication) => void route(app), '/docs'],
  ['a handler with a path', (app: NestExpressApplication) => void app.use('/docs', answering), '/docs'],
  [
    'a router',
    (app: NestExpressApplication) => void app.use(express.Router().get('/docs', answering)),
    '/docs',
  ],
  [
    'an application',
    (app: NestExpressApplication) => void app.use(express().get('/docs', answering)),
    '/docs',
  ],
  [
    'static files',
    (app: NestExpressApplication) => void app.use(express.static(import.meta.dirname)),
    '/nest-first.test.ts',
  ],
])('on Express, all comes before %s that was mounted first', async (_what, mount, target) => {
  const set = (app: INestApplication): void => mount(app as NestExpressApplication);
  const [, adapter] = platforms[0];
  const port = await serveNest(adapter(), { guard: syncGuard().guard, all: true }, { set });
  const method = target === '/cats/post' ? 'POST' : 'GET';
  const body = method === 'POST' ? { ...post('application/json', '{"a":') } : {};
  const answers: Answer[] = [await send(port, { ...body, method, target })];
  if (method === 'GET') {
    answers.push(await send(port, { target, fields: [tokenField()] }));
    expect(answers[1]?.status).toBe(200);
  }
  expect(answers[0]).toMatchObject({ status: 401, body: '{}' });
});

function answering(_req: ExpressRequest, res: ExpressResponse): void {
  res.send('docs');
}

function route(app: NestExpressApplication): void {
  app.getHttpAdapter().get('/docs', answering as never);
}

test('on Fastify, all covers plugins that were loaded first', async () => {
  const { guard } = syncGuard();
  class Application {
    readonly name = 'test';
  }
  Module({ imports: [AttestationModule.forRoot({ guard, all: true })] })(Application);
  const settings = { logger: false, abortOnError: false } as const;
  const app = await NestFactory.create<NestFastifyApplication>(Application, new FastifyAdapter(), settings);
  afterTest(() => app.close());
  await app.register(
    async (scope: { get(path: string, handler: () => string): unknown }) =>
      void scope.get('/scope', () => 'scope'),
  );
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as { port: number };
  expect((await send(port, { target: '/scope' })).status).toBe(401);
  expect((await send(port, { target: '/scope', fields: [tokenField()] })).body).toBe('scope');
});
