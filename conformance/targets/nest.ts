import type { Server } from 'node:http';
import { Body, Controller, Get, Module, Options, Post, Res, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Attestation } from 'attestkit';
import { AttestationModule, Attested, Protect } from 'attestkit/nest';
import type { MountSpec, RouteSpec, ServerSpec, Target } from '../servers/server-spec.js';
import { LENIENT } from './fastify.js';
import { running } from './listen.js';

/** Nest's own parser comes before what protects one route, and after what protects all; it keeps the bytes if told to. */
export const nestExpress: Target = {
  name: 'Nest on Express',
  settings: ['globalPrefix'],
  fields: 'lines',
  paths: 'as sent',
  http: 1,
  rejects: /^[^?]*%(?![0-7][0-9a-f])/i,
  parsers: {
    'all routes': ['after', 'before with rawBody'],
    'one route': ['before', 'before with rawBody'],
    enrollment: ['after', 'before with rawBody'],
  },
  async start(spec) {
    const app = await NestFactory.create<NestExpressApplication>(moduleOf(spec), settings(spec));
    app.useBodyParser('raw', { type: 'application/octet-stream' });
    setPrefix(app, spec);
    return listen(app);
  },
};

/** Everything comes before Fastify's parser. */
export const nestFastify: Target = {
  name: 'Nest on Fastify',
  settings: ['globalPrefix', 'isLenient'],
  fields: 'lines',
  paths: 'as sent',
  http: 1,
  parsers: {
    'all routes': ['after', 'before with rawBody'],
    'one route': ['after', 'before with rawBody'],
    enrollment: ['after', 'before with rawBody'],
  },
  rejects: /^[^?]*%(?![0-7][0-9a-f])/i,
  async start(spec) {
    const adapter = new FastifyAdapter(spec.isLenient === true ? { ...LENIENT } : {});
    const app = await NestFactory.create<NestFastifyApplication>(moduleOf(spec), adapter, settings(spec));
    setPrefix(app, spec);
    // Last: a parser of one's own in front of Nest's keeps Nest's from being added.
    await app.init();
    app.useBodyParser('application/octet-stream');
    return listen(app);
  },
};

function setPrefix(app: INestApplication, { globalPrefix }: ServerSpec): void {
  if (globalPrefix !== undefined) app.setGlobalPrefix(globalPrefix);
}

function settings({ parser }: ServerSpec): { logger: false; abortOnError: false; rawBody: boolean } {
  return { logger: false, abortOnError: false, rawBody: parser === 'before with rawBody' };
}

async function listen(app: INestApplication<Server>): ReturnType<Target['start']> {
  await app.listen(0, '127.0.0.1');
  const server = app.getHttpServer();
  return running(server, async () => {
    server.closeAllConnections();
    await app.close();
  });
}

function moduleOf({ guard, enrollment, all, routes, mounts = [] }: ServerSpec): new () => object {
  const controllers = [{ prefix: '', routes }, ...mounts].map((mount) =>
    controllerOf(mount, all !== undefined),
  );
  const module = AttestationModule.forRoot({
    guard,
    ...(all && { all }),
    ...(enrollment !== undefined && { devicePath: enrollment }),
  });
  @Module({ imports: [module], controllers })
  class Application {}
  return Application;
}

/** Decorators are applied by hand, since the handlers come from the specification. */
function controllerOf({ prefix, all, routes }: MountSpec, isProtected: boolean): new () => object {
  class Routes {
    [name: string]: unknown;
  }
  for (const [index, route] of routes.entries()) {
    const name = `route${index}`;
    const attested = isProtected || all !== undefined || route.protect !== undefined;
    Routes.prototype[name] = handler(route, attested);
    if (attested) Attested()(Routes.prototype, name, 2);
    Body()(Routes.prototype, name, 1);
    Res({ passthrough: true })(Routes.prototype, name, 0);
    const descriptor = Object.getOwnPropertyDescriptor(Routes.prototype, name) as PropertyDescriptor;
    ({ GET: Get, POST: Post, OPTIONS: Options })[route.method](route.path)(
      Routes.prototype,
      name,
      descriptor,
    );
    if (route.protect !== undefined) Protect(route.protect)(Routes.prototype, name, descriptor);
  }
  Controller(prefix)(Routes);
  if (all !== undefined) Protect(all)(Routes);
  return Routes;
}

/** What is used of either platform's response. */
interface PlatformResponse {
  status(code: number): unknown;
}

function handler(route: RouteSpec, attested: boolean) {
  const send = async (
    response: PlatformResponse,
    body: unknown,
    attestation?: Attestation,
  ): Promise<unknown> => {
    const { status = 200, json } = await route.handle({ attestation, body });
    response.status(status);
    return json;
  };
  // Nest reads the number of parameters.
  return attested ? send : (response: PlatformResponse, body: unknown) => send(response, body);
}
