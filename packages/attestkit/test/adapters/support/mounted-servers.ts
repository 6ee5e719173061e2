import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { Module, RequestMethod, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import expressFive from 'express';
import expressFour from 'express4';
import { fastify } from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import * as forExpress from '../../../src/adapters/express.js';
import * as forFastify from '../../../src/adapters/fastify.js';
import * as forHono from '../../../src/adapters/hono.js';
import * as forKoa from '../../../src/adapters/koa.js';
import { AttestationModule } from '../../../src/adapters/nest.js';
import * as forNode from '../../../src/adapters/node/index.js';
import * as forWeb from '../../../src/adapters/web.js';
import type { Guard } from '../../../src/create-guard.js';
import { afterTest, listening, serve } from './wire.js';

/** A server with the endpoints, whose every other path answers 418 with the method, the URL and the body it got. */
export interface MountedServer {
  readonly name: string;
  /** Whether header fields, paths and addresses are those of Node's own request. */
  readonly lines: boolean;
  /** Whether the framework puts a router below a path itself. */
  readonly mounts: boolean;
  /** @returns the port */
  start(guard: Guard, prefix?: string): Promise<number>;
}

const other = (method: string, url: string, body: string): string => `${method} ${url} ${body}`;

async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part as Uint8Array);
  return Buffer.concat(parts).toString();
}

async function teapotOfNode(
  req: IncomingMessage & { originalUrl?: string },
  res: ServerResponse,
): Promise<void> {
  const { method = '', url = '', originalUrl = url } = req;
  const body = other(method, originalUrl, await textOf(req));
  res.writeHead(418, { 'content-length': Buffer.byteLength(body) }).end(body);
}

function express(name: string, framework: typeof expressFive): MountedServer {
  return {
    name,
    lines: true,
    mounts: true,
    start(guard, prefix = '/device') {
      const app = framework();
      app.use(prefix, forExpress.deviceEndpoints(guard));
      app.use((req, res) => void teapotOfNode(req, res));
      return serve(app);
    },
  };
}

const koa: MountedServer = {
  name: 'Koa',
  lines: true,
  mounts: false,
  start(guard, prefix) {
    const app = new Koa();
    app.use(forKoa.deviceEndpoints(guard, prefix === undefined ? {} : { prefix }));
    app.use(async (ctx) => {
      ctx.status = 418;
      ctx.body = other(ctx.method, ctx.originalUrl, await textOf(ctx.req));
    });
    return serve(app.callback());
  },
};

const inFastify: MountedServer = {
  name: 'Fastify',
  lines: true,
  mounts: false,
  async start(guard, prefix) {
    const app = fastify();
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    await app.register(forFastify.deviceEndpoints, { guard, ...(prefix !== undefined && { prefix }) });
    app.all('/*', (request, reply) =>
      reply.code(418).send(other(request.method, request.originalUrl, (request.body as string) ?? '')),
    );
    app.setNotFoundHandler((request, reply) =>
      reply.code(418).send(other(request.method, request.originalUrl, '')),
    );
    afterTest(() => app.close());
    await app.listen({ host: '127.0.0.1', port: 0 });
    return (app.server.address() as { port: number }).port;
  },
};

function nest(name: string, makeAdapter: () => ExpressAdapter | FastifyAdapter): MountedServer {
  return {
    name,
    lines: true,
    mounts: false,
    async start(guard, devicePath = '/device') {
      class Application {
        configure(consumer: { apply(each: unknown): { forRoutes(route: object): unknown } }): void {
          consumer.apply(teapotOfNode).forRoutes({ path: '*', method: RequestMethod.ALL });
        }
      }
      Module({ imports: [AttestationModule.forRoot({ guard, devicePath })] })(Application);
      const app: INestApplication = await NestFactory.create(Application, makeAdapter(), {
        logger: false,
        abortOnError: false,
        bodyParser: false,
      });
      afterTest(() => app.close());
      await app.listen(0, '127.0.0.1');
      return (app.getHttpServer().address() as { port: number }).port;
    },
  };
}

const node: MountedServer = {
  name: 'Node',
  lines: true,
  mounts: false,
  start(guard, prefix) {
    return serve(forNode.deviceEndpoints(guard, teapotOfNode, prefix === undefined ? undefined : { prefix }));
  },
};

async function teapot(request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  return new Response(other(request.method, `${pathname}${search}`, await request.text()), { status: 418 });
}

const web: MountedServer = {
  name: 'Web',
  lines: false,
  mounts: false,
  start(guard, prefix) {
    const device = forWeb.deviceEndpoints(guard, prefix === undefined ? undefined : { prefix });
    const fetch = (request: Request): Promise<Response> => device(request) ?? teapot(request);
    return listening(createAdaptorServer({ fetch }) as Server);
  },
};

const hono: MountedServer = {
  name: 'Hono',
  lines: true,
  mounts: false,
  start(guard, prefix) {
    const app = new Hono();
    app.use(forHono.deviceEndpoints(guard, prefix === undefined ? {} : { prefix }));
    app.all('*', (c) => teapot(c.req.raw));
    return listening(createAdaptorServer({ fetch: app.fetch }) as Server);
  },
};

export const mountedServers: readonly MountedServer[] = [
  express('Express 5', expressFive),
  express('Express 4', expressFour),
  koa,
  inFastify,
  nest('Nest on Express', () => new ExpressAdapter()),
  nest('Nest on Fastify', () => new FastifyAdapter()),
  node,
  web,
  hono,
];
