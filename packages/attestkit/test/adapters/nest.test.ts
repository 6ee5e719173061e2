import {
  Catch,
  Controller,
  Get,
  Module,
  UseFilters,
  type ArgumentsHost,
  type HttpException,
  type INestApplication,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { describe, expect, test } from 'vitest';
import { AttestationModule, Protect, type AttestationModuleOptions } from '../../src/adapters/nest.js';
import { asyncGuard, bodyGuard, digestOf, recordingGuard, syncGuard, tokenField } from './support/guards.js';
import {
  boundController,
  catsController,
  decorate,
  openController,
  platforms,
  serveNest,
  type Settings,
} from './support/nest-app.js';
import { send, type Answer, type FieldLine } from './support/wire.js';

describe.each(platforms)('Nest on %s', (platform, adapter) => {
  const start = (options: AttestationModuleOptions, more?: Settings): Promise<number> =>
    serveNest(adapter(), options, more);

  describe.each([
    ['at once', syncGuard],
    ['later', asyncGuard],
  ])('with a guard that decides %s', (_name, makeGuard) => {
    test.each(['GET', 'HEAD', 'OPTIONS', 'PUT'])('all: covers unknown paths with %s', async (method) => {
      const port = await start({ guard: makeGuard().guard, all: true });
      for (const target of [
        '/',
        '/unknown/below?x',
        '/cats/open',
        '/CATS/open',
        '/%63ats/open/',
        '//cats/open',
      ]) {
        const answer = await send(port, { method, target });
        expect(answer).toMatchObject({ status: 401, body: method === 'HEAD' ? '' : '{}' });
        expect(answer.fields).toMatchObject({ 'content-type': 'application/json', 'content-length': '2' });
      }
    });

    test('all: lets good requests through, with the result', async () => {
      const port = await start({ guard: makeGuard().guard, all: { exclude: ['/cats/open'] } });
      const fields = [tokenField()];
      expect((await send(port, { target: '/cats/open' })).body).toBe('open');
      expect((await send(port, { target: '/cats/unprotected', fields })).body).toContain('"did":"device"');
      expect((await send(port, { target: '/unknown', fields })).status).toBe(404);
    });

    test('Protect: protects handlers and leaves the others open', async () => {
      const port = await start({ guard: makeGuard().guard });
      expect((await send(port, { target: '/cats/open' })).body).toBe('open');
      expect((await send(port, { target: '/unknown' })).status).toBe(404);
      for (const method of ['GET', 'HEAD']) {
        const refused = await send(port, { method, target: '/cats/closed' });
        expect(refused).toMatchObject({ status: 401, body: method === 'HEAD' ? '' : '{}' });
        expect(refused.fields).toMatchObject({ 'content-type': 'application/json', 'content-length': '2' });
        expect(refused.fields).not.toHaveProperty('etag');
      }
      expect((await send(port, { target: '/cats/closed', fields: [tokenField()] })).body).toBe('device');
    });

    test('Protect: takes options', async () => {
      const port = await start({ guard: makeGuard().guard }, { controller: boundController() });
      const get = (...fields: FieldLine[]): Promise<Answer> => send(port, { target: '/bound', fields });
      const authorization = ['Authorization', 'Bearer a'] as const;
      const bound = tokenField('Bearer a');
      expect(await get()).toMatchObject({ status: 400, body: '{}' });
      expect((await get(tokenField(), authorization)).status).toBe(401);
      expect((await get(bound, authorization, authorization)).status).toBe(401);
      expect((await get(bound, authorization)).body).toBe('{"bound":true}');
    });
  });

  test('Protect: protects a controller, and what its handlers ask comes on top', async () => {
    const controller = catsController();
    Protect({ statuses: { missing: 400 } })(controller);
    const { guard, codes } = syncGuard();
    const port = await start({ guard }, { controller });
    expect((await send(port, { target: '/cats/open' })).status).toBe(400);
    expect((await send(port, { target: '/cats/open', fields: [tokenField()] })).status).toBe(200);
    expect((await send(port, { target: '/cats/closed', fields: [tokenField()] })).status).toBe(200);
    expect(codes).toEqual(['ERR_APPROOV_TOKEN_MISSING', undefined, undefined, undefined]);
  });

  test('a global filter does not change a refusal, and gets what handlers throw', async () => {
    const seen: unknown[] = [];
    class CatchAll {
      catch(error: unknown, host: ArgumentsHost): void {
        seen.push(error);
        const response = host
          .switchToHttp()
          .getResponse<{ status(code: number): { send(body: unknown): void } }>();
        response.status(418).send({ mine: true });
      }
    }
    Catch()(CatchAll);
    const set = (app: INestApplication): void => void app.useGlobalFilters(new CatchAll());
    const port = await start({ guard: syncGuard().guard }, { set });
    expect(await send(port, { target: '/cats/closed' })).toMatchObject({ status: 401, body: '{}' });
    expect(seen).toEqual([]);
    const fields = [tokenField()];
    expect(await send(port, { target: '/cats/failing', fields })).toMatchObject({ status: 418 });
    expect(seen).toEqual([expect.any(SyntaxError)]);
  });

  test('a catch-all filter above Protect gets an exception with status and cause', async () => {
    const seen: HttpException[] = [];
    class Mine {
      catch(error: HttpException, host: ArgumentsHost): void {
        seen.push(error);
        host
          .switchToHttp()
          .getResponse<{ status(code: number): { send(body: unknown): void } }>()
          .status(418)
          .send({});
      }
    }
    Catch()(Mine);
    const controller = catsController(UseFilters(new Mine()));
    const port = await start({ guard: syncGuard().guard }, { controller });
    // On Fastify the guard is asked before any handler's filters could have a part.
    if (platform === 'Fastify') {
      expect(await send(port, { target: '/cats/closed' })).toMatchObject({ status: 401, body: '{}' });
      expect(seen).toEqual([]);
      return;
    }
    expect((await send(port, { target: '/cats/closed' })).status).toBe(418);
    expect(seen[0]?.getStatus()).toBe(401);
    expect(seen[0]?.getResponse()).toEqual({});
    expect(seen[0]?.cause).toMatchObject({ code: 'ERR_APPROOV_TOKEN_MISSING' });
  });

  test('fields that others have set stay on a refusal by Protect', async () => {
    const set = (app: INestApplication): void => app.enableCors({ origin: 'https://app.example' });
    const port = await start({ guard: syncGuard().guard }, { set });
    const { fields } = await send(port, {
      target: '/cats/closed',
      fields: [['Origin', 'https://app.example']],
    });
    expect(fields).toMatchObject({ 'access-control-allow-origin': 'https://app.example' });
  });

  test('a handler that asks for the attestation and is not protected fails', async () => {
    const port = await start({ guard: syncGuard().guard });
    const answer = await send(port, { target: '/cats/unprotected', fields: [tokenField()] });
    expect(answer.status).toBe(500);
  });

  test('all, under a global prefix: what is outside of it too', async () => {
    const set = (app: INestApplication): void => void app.setGlobalPrefix('api', { exclude: ['cats/open'] });
    const port = await start({ guard: syncGuard().guard, all: true }, { set });
    for (const target of ['/api', '/api/unknown', '/api/cats/closed', '/cats/open', '/cats/closed', '/'])
      expect((await send(port, { target })).status).toBe(401);
  });

  test.each([
    ['all', true],
    ['Protect', undefined],
  ] as const)('%s: the target is the one that was sent', async (_name, all) => {
    const { guard, seen } = recordingGuard();
    const set = (app: INestApplication): void => void app.setGlobalPrefix('api');
    const port = await start({ guard, ...(all && { all }) }, { set });
    await send(port, { target: '/api/cats/closed?y=%20' });
    expect(seen.at(-1)?.target).toBe('/api/cats/closed?y=%20');
  });

  test.each([
    ['all', true],
    ['Protect', undefined],
  ] as const)('%s: the address is that of the connection', async (_name, all) => {
    const { guard, seen } = recordingGuard();
    const port = await start({ guard, ...(all && { all }) });
    const fields = [['X-Forwarded-For', '203.0.113.9']] as const;
    await send(port, { target: '/cats/closed', fields });
    expect(seen.map(({ ip }) => ip)).toEqual(Array(seen.length).fill('127.0.0.1'));
    expect(seen).not.toEqual([]);
  });

  describe('a body', () => {
    const body = '{ "a": 1 }';
    const fields = [digestOf(body), ['Content-Type', 'application/json']] as const;
    const post = { method: 'POST', target: '/cats/post', body, fields };

    test.each([
      // Express's parser comes before what protects one route, and after what protects all.
      ['Protect', undefined, false, platform === 'Express' ? 503 : 201],
      ['Protect', undefined, true, 201],
      ['all', {}, true, 201],
      ['all', {}, false, 201],
    ] as const)('%s, %o, with rawBody %s: %i', async (_name, all, rawBody, status) => {
      const { guard, codes } = bodyGuard();
      const controller = all === undefined ? catsController() : openController();
      const port = await start({ guard, ...(all && { all }) }, { controller, rawBody });
      expect(await send(port, post)).toMatchObject({ status, ...(status === 201 && { body: '{"a":1}' }) });
      const other = await send(port, { ...post, body: '{"a":1}' });
      expect(other.status).toBe(status === 201 ? 401 : 503);
      expect(codes).toEqual(
        status === 201 ? [undefined, 'DIGEST_MISMATCH'] : Array(2).fill('ERR_GUARD_BODY_UNAVAILABLE'),
      );
    });
  });

  test('a wrong option of Protect, or of all, keeps the application from starting', async () => {
    const { guard } = syncGuard();
    class Cats {
      get(): void {}
    }
    decorate(Cats, 'get', Get('x'), Protect({ bindng: true } as object));
    Controller()(Cats);
    await expect(start({ guard }, { controller: Cats })).rejects.toThrow('bindng');
    await expect(start({ guard, all: { exclud: [] } as object })).rejects.toThrow('exclud');
  });

  test('Protect without the module keeps the application from starting, and names it', async () => {
    class Application {
      readonly name = 'test';
    }
    Module({ controllers: [catsController()] })(Application);
    const app = NestFactory.create(Application, adapter(), { logger: false, abortOnError: false });
    await expect(app.then((each) => each.init())).rejects.toThrow('AttestationModule.forRoot');
  });
});

test.each([
  ['ALL', { ALL: true }, /^ALL is not an option of AttestationModule.forRoot/],
  ['all', { all: 'yes' }, /^all is neither true nor/],
  ['all', { all: false }, /^all is neither true nor/],
  ['options', { all: null }, /is not an object/],
  ['options', { all: [] }, /is not an object/],
  ['exclud', { all: { exclud: [] } }, /is not an option of a route/],
  ['guard', { guard: undefined }, /^guard is not a guard/],
  ['guard', { guard: undefined, all: true }, /^guard is not a guard/],
])('forRoot refuses, at once, a wrong %s: %j', (variable, wrong, message) => {
  const options = { guard: syncGuard().guard, ...wrong } as unknown as AttestationModuleOptions;
  const refused = expect.objectContaining({
    name: 'ConfigurationError',
    variable,
    message: expect.stringMatching(message),
  });
  expect(() => AttestationModule.forRoot(options)).toThrow(refused);
});

test.each([undefined, null, 'guard', true])('forRoot refuses %j', (options) => {
  const refused = expect.objectContaining({ name: 'ConfigurationError' });
  expect(() => AttestationModule.forRoot(options as unknown as AttestationModuleOptions)).toThrow(refused);
});

test('Nest on Express: the target is the one that was sent, before rewriting', async () => {
  const [[, express]] = platforms;
  const { guard, seen } = recordingGuard();
  const rewrite = (req: { url: string }, _res: unknown, next: () => void): void => {
    req.url = req.url.replace('/sent', '/cats');
    next();
  };
  const port = await serveNest(express(), { guard }, { set: (app) => void app.use(rewrite) });
  await send(port, { target: '/sent/closed' });
  expect(seen.map(({ target }) => target)).toEqual(['/sent/closed']);
});
