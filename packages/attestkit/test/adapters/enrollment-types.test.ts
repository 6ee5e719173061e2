import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server, type Http2ServerRequest } from 'node:http2';
import { Router } from '@koa/router';
import { Module } from '@nestjs/common';
import express from 'express';
import { fastify } from 'fastify';
import { Hono, type MiddlewareHandler } from 'hono';
import Koa from 'koa';
import { expectTypeOf, test } from 'vitest';
import * as forExpress from '../../src/adapters/express.js';
import * as forFastify from '../../src/adapters/fastify.js';
import * as forHono from '../../src/adapters/hono.js';
import * as forKoa from '../../src/adapters/koa.js';
import { AttestationModule } from '../../src/adapters/nest.js';
import * as forNode from '../../src/adapters/node/index.js';
import * as forWeb from '../../src/adapters/web.js';
import type { Guard } from '../../src/create-guard.js';

declare const guard: Guard;

/** Compiled, never run: what users write has to compile against the frameworks' own types, without a cast. */
function compiles(_usage: () => unknown): void {}

test('node', () => {
  compiles(() => {
    const plain = (req: IncomingMessage, res: ServerResponse): void => void res.end(req.url);
    createServer(forNode.deviceEndpoints(guard, plain, { prefix: '/device' }));
    createServer(forNode.deviceEndpoints(guard, forNode.protect(guard, plain)));
    createServer(
      forNode.deviceEndpoints(
        guard,
        forNode.protect(guard, (req, res) => void res.end(req.attestation.approov?.deviceId)),
      ),
    );
    createHttp2Server(
      forNode.deviceEndpoints(guard, (req, res) => {
        expectTypeOf(req).toExtend<Http2ServerRequest>();
        res.stream.end();
      }),
    );
    // @ts-expect-error there is nothing for the other paths
    forNode.deviceEndpoints(guard, { prefix: '/device' });
    // @ts-expect-error a misspelt option
    forNode.deviceEndpoints(guard, plain, { prefx: '/device' });
  });
});

test('express', () => {
  compiles(() => {
    const app = express();
    app.use('/device', forExpress.deviceEndpoints(guard));
    express.Router().use('/device', forExpress.deviceEndpoints(guard), forExpress.protect(guard));
    // @ts-expect-error Express mounts
    forExpress.deviceEndpoints(guard, { prefix: '/device' });
  });
});

test('koa', () => {
  compiles(() => {
    new Koa<forKoa.AttestationState>().use(forKoa.deviceEndpoints(guard)).use(forKoa.protect(guard));
    new Koa().use(forKoa.deviceEndpoints(guard, { prefix: '/keys' }));
    new Router().use(forKoa.deviceEndpoints(guard));
  });
});

test('fastify', () => {
  compiles(async () => {
    const app = fastify();
    await app.register(forFastify.deviceEndpoints, { guard });
    await app.register(forFastify.deviceEndpoints, { guard, prefix: '/device' });
    const secure = fastify({ http2: true });
    await secure.register(forFastify.deviceEndpoints, { guard, prefix: '/device' });
    // @ts-expect-error the plugin cannot do without a guard
    await app.register(forFastify.deviceEndpoints, { prefix: '/device' });
  });
});

test('hono', () => {
  compiles(() => {
    const app = new Hono<{ Variables: forHono.AttestationVariables }>();
    app.use(forHono.deviceEndpoints(guard));
    new Hono().use(forHono.deviceEndpoints(guard, { prefix: '/keys' }));
    const middleware: MiddlewareHandler = forHono.deviceEndpoints(guard);
    return middleware;
  });
});

test('nest', () => {
  compiles(() => {
    class App {
      readonly name = 'test';
    }
    Module({ imports: [AttestationModule.forRoot({ guard, all: true, devicePath: '/device' })] })(App);
    // @ts-expect-error where is for the application to say
    AttestationModule.forRoot({ guard, devicePath: true });
  });
});

test('web', () => {
  compiles(() => {
    const device = forWeb.deviceEndpoints(guard, { prefix: '/keys' });
    const handler = forWeb.protect(guard, () => new Response());
    const fetch = (request: Request): Promise<Response> => device(request) ?? handler(request);
    return fetch;
  });
});
