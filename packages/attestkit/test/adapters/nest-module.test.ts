import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { describe, expect, test } from 'vitest';
import { AttestationModule, Protect, type AttestationModuleOptions } from '../../src/adapters/nest.js';
import { syncGuard, tokenField } from './support/guards.js';
import { catsController, decorate, platforms, serveNest } from './support/nest-app.js';
import { afterTest, send } from './support/wire.js';

describe.each(platforms)('Nest on %s', (_platform, adapter) => {
  test('forRootAsync: takes the options that a factory makes', async () => {
    const start = async (made: object): Promise<number> => {
      class Config {
        readonly options = made;
      }
      class ConfigModule {
        readonly name = 'config';
      }
      Module({ providers: [Config], exports: [Config] })(ConfigModule);
      class Application {
        readonly name = 'test';
      }
      const module = AttestationModule.forRootAsync({
        imports: [ConfigModule],
        inject: [Config],
        useFactory: async ({ options }: Config) => options as AttestationModuleOptions,
      });
      Module({ imports: [module], controllers: [catsController()] })(Application);
      const app = await NestFactory.create(Application, adapter(), { logger: false, abortOnError: false });
      afterTest(() => app.close());
      await app.listen(0, '127.0.0.1');
      return (app.getHttpServer().address() as { port: number }).port;
    };
    const { guard } = syncGuard();
    const port = await start({ guard, all: { exclude: ['/cats/open'] } });
    expect((await send(port, { target: '/cats/open' })).body).toBe('open');
    expect((await send(port, { target: '/cats/closed' })).status).toBe(401);
    expect((await send(port, { target: '/cats/closed', fields: [tokenField()] })).body).toBe('device');
    await expect(start({ guard, al: true })).rejects.toMatchObject({ variable: 'al' });
    await expect(start({})).rejects.toMatchObject({ variable: 'guard' });
  });

  test('Protect on a handler and on its controller: each is asked once', async () => {
    const { guard, codes } = syncGuard();
    const controller = catsController();
    Protect()(controller);
    const port = await serveNest(adapter(), { guard, all: true }, { controller });
    expect((await send(port, { target: '/cats/closed', fields: [tokenField()] })).body).toBe('device');
    expect(codes).toEqual([undefined, undefined, undefined]);
  });

  test('Protect leaves the handlers of another controller with the same base open', async () => {
    class Base {
      inherited(): string {
        return 'inherited';
      }
    }
    decorate(Base, 'inherited', Get('inherited'));
    class Closed extends Base {}
    class Open extends Base {}
    Protect()(Closed);
    Controller('closed')(Closed);
    Controller('open')(Open);
    class Application {
      readonly name = 'test';
    }
    const { guard } = syncGuard();
    Module({ imports: [AttestationModule.forRoot({ guard })], controllers: [Closed, Open] })(Application);
    const app = await NestFactory.create(Application, adapter(), { logger: false, abortOnError: false });
    afterTest(() => app.close());
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as { port: number };
    expect((await send(port, { target: '/open/inherited' })).body).toBe('inherited');
    expect((await send(port, { target: '/closed/inherited' })).status).toBe(401);
  });
});

test.each([
  ['useFactory', {}],
  ['useFactory', { useFactory: 'text' }],
  ['factory', { factory: () => ({}) }],
  ['inject', { useFactory: () => ({}), inject: 'token' }],
  ['options', null],
])('forRootAsync refuses, at once, a wrong %s: %j', (variable, wrong) => {
  expect(() => AttestationModule.forRootAsync(wrong as never)).toThrow(
    expect.objectContaining({ name: 'ConfigurationError', variable }),
  );
});

test('a platform that is neither Express nor Fastify keeps the application from starting', async () => {
  const [, adapter] = platforms[0];
  const strange = adapter();
  Object.defineProperty(strange, 'getType', { value: () => 'strange' });
  await expect(serveNest(strange, { guard: syncGuard().guard, all: true })).rejects.toThrow(
    /^all needs Nest on Express or on Fastify/,
  );
});

test('an Express application without its router keeps the application from starting', async () => {
  const [, adapter] = platforms[0];
  const strange = adapter();
  Object.defineProperty(strange.getInstance(), 'router', { value: { use: () => undefined } });
  await expect(serveNest(strange, { guard: syncGuard().guard, all: true })).rejects.toThrow(
    /^all cannot be put/,
  );
});

test('an application context has no requests, and starts', async () => {
  class Application {
    readonly name = 'test';
  }
  Module({ imports: [AttestationModule.forRoot({ guard: syncGuard().guard, all: true })] })(Application);
  const context = await NestFactory.createApplicationContext(Application, {
    logger: false,
    abortOnError: false,
  });
  afterTest(() => context.close());
  expect(context).toBeDefined();
});
