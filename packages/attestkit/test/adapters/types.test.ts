import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server, type Http2ServerRequest } from 'node:http2';
import type { Duplex } from 'node:stream';
import { Router } from '@koa/router';
import { Module, type DynamicModule } from '@nestjs/common';
import express, { type Request as ExpressRequest, type RequestHandler } from 'express';
import { fastify, type onRequestHookHandler } from 'fastify';
import { Hono, type MiddlewareHandler } from 'hono';
import Koa, { type Middleware } from 'koa';
import { expectTypeOf, test } from 'vitest';
import type { ApproovResult } from '../../src/approov/index.js';
import * as forExpress from '../../src/adapters/express.js';
import * as forFastify from '../../src/adapters/fastify.js';
import * as forHono from '../../src/adapters/hono.js';
import * as forKoa from '../../src/adapters/koa.js';
import { AttestationModule, Attested, Protect } from '../../src/adapters/nest.js';
import * as forNode from '../../src/adapters/node/index.js';
import * as forWeb from '../../src/adapters/web.js';
import type { Guard } from '../../src/create-guard.js';
import type { Attestation } from '../../src/ports/attestation.js';

declare const guard: Guard;

/** Compiled, never run: what users write has to compile against the frameworks' own types, without a cast. */
function compiles(_usage: () => unknown): void {}

test('node', () => {
  compiles(() => {
    createServer(
      forNode.protect(guard, (req, res) => {
        expectTypeOf(req).toExtend<IncomingMessage>();
        expectTypeOf(req.attestation).toEqualTypeOf<Attestation>();
        expectTypeOf(req.attestation.approov).toEqualTypeOf<ApproovResult | undefined>();
        expectTypeOf(res).toExtend<ServerResponse>();
        res.end(req.attestation.approov?.deviceId);
      }),
    );
    const plain = (req: IncomingMessage, res: ServerResponse): void => void res.end(req.url);
    const listener: (req: IncomingMessage, res: ServerResponse) => void = forNode.protect(guard, plain);
    createServer(listener);
    createServer({}, forNode.protect(guard, plain, { binding: true }));
    createHttp2Server(
      forNode.protect(guard, (req, res) => {
        expectTypeOf(req).toExtend<Http2ServerRequest>();
        res.stream.end(req.attestation.approov?.deviceId);
      }),
    );
    const server = {} as Server;
    server.on('request', forNode.protect(guard, plain));
    server.on(
      'upgrade',
      forNode.protectUpgrade(guard, (req, socket, head) => webSocket(req, socket, head)),
    );
    const bound = (req: IncomingMessage, socket: Duplex, head: Buffer): void => webSocket(req, socket, head);
    server.on('upgrade', forNode.protectUpgrade(guard, bound, { binding: true }));
    // @ts-expect-error a misspelt option
    forNode.protect(guard, plain, { bindng: true });
  });
});

/** As `handleUpgrade` of the package ws. */
function webSocket(_req: IncomingMessage, _socket: Duplex, _head: Buffer): void {}

test('express', () => {
  compiles(() => {
    const app = express();
    app.use(forExpress.protect(guard));
    app.use('/api', forExpress.protect(guard, { exclude: ['/api/health'] }), express.json());
    app.use(express.json({ verify: forExpress.rawBody }));
    express.Router().use(forExpress.protect(guard));
    app.get('/x/:id', forExpress.protect(guard, { binding: true }), (req, res) => {
      expectTypeOf(req.attestation).toEqualTypeOf<Attestation | undefined>();
      expectTypeOf(req.params).toEqualTypeOf<{ id: string }>();
      res.json({ did: req.attestation?.approov?.deviceId });
    });
    const handler: RequestHandler = forExpress.protect(guard);
    app.all('/y', [handler], (req: ExpressRequest) => req.attestation?.approov?.bound);
    app.listen();
  });
});

test('koa', () => {
  compiles(() => {
    const app = new Koa<forKoa.AttestationState>();
    app.use(forKoa.protect(guard));
    app.use((ctx) => {
      expectTypeOf(ctx.state.attestation).toEqualTypeOf<Attestation | undefined>();
      ctx.body = ctx.state.attestation?.approov?.deviceId;
    });
    const untyped = new Koa();
    untyped.use(forKoa.protect(guard, { statuses: { missing: 400 } }));
    const router = new Router<forKoa.AttestationState>();
    router.get('/x', forKoa.protect(guard, { binding: true }), (ctx) => {
      ctx.body = ctx.state.attestation?.approov?.deviceId;
    });
    new Router().get('/x', forKoa.protect(guard), (ctx) => {
      ctx.body = 'x';
    });
    app.use(router.routes());
    const middleware: Middleware = forKoa.protect(guard);
    return middleware;
  });
});

test('fastify', () => {
  compiles(async () => {
    const app = fastify();
    await app.register(forFastify.protection, { guard });
    await app.register(forFastify.protection, { guard, exclude: ['/health'] });
    app.addHook('onRequest', forFastify.protect(guard));
    app.get('/x', { onRequest: forFastify.protect(guard, { binding: true }) }, (request) => {
      const attestation = request.getDecorator<Attestation>('attestation');
      return { did: attestation.approov?.deviceId, again: request.attestation?.approov?.deviceId };
    });
    app.get('/y', { onRequest: [forFastify.protect(guard)] }, () => 'y');
    const hook: onRequestHookHandler = forFastify.protect(guard);
    const secure = fastify({ http2: true });
    await secure.register(forFastify.protection, { guard });
    secure.get('/x', { onRequest: forFastify.protect(guard) }, () => 'x');
    // @ts-expect-error the plugin cannot do without a guard
    await app.register(forFastify.protection, {});
    return hook;
  });
});

declare module 'fastify' {
  interface FastifyRequest {
    attestation?: Attestation;
  }
}

test('hono', () => {
  compiles(() => {
    const app = new Hono<{ Variables: forHono.AttestationVariables }>();
    app.use(forHono.protect(guard));
    app.use('/api/*', forHono.protect(guard, { binding: true }));
    app.get('/x/:id', forHono.protect(guard), (c) => {
      expectTypeOf(c.req.param('id')).toEqualTypeOf<string>();
      expectTypeOf(c.get('attestation')).toEqualTypeOf<Attestation | undefined>();
      return c.json({ did: c.get('attestation')?.approov?.deviceId, ...c.var.attestation });
    });
    const untyped = new Hono();
    untyped.use(forHono.protect(guard));
    untyped.get('/x', forHono.protect(guard), (c) => c.text('x'));
    const more = new Hono<{ Variables: forHono.AttestationVariables & { user: string } }>();
    more.use(forHono.protect(guard));
    const middleware: MiddlewareHandler = forHono.protect(guard);
    const typed: MiddlewareHandler<{ Variables: forHono.AttestationVariables }> = forHono.protect(guard);
    return [middleware, typed];
  });
});

test('nest', () => {
  compiles(() => {
    class Cats {
      find(attestation: Attestation): string | undefined {
        return attestation.approov?.deviceId;
      }
    }
    Protect()(Cats);
    Protect({ binding: true })(Cats.prototype, 'find', {});
    Attested()(Cats.prototype, 'find', 0);
    const module: DynamicModule = AttestationModule.forRoot({ guard, all: { exclude: ['/health'] } });
    Module({ imports: [module, AttestationModule.forRoot({ guard })] })(Cats);
  });
});

test('web', () => {
  compiles(() => {
    const handler = forWeb.protect(guard, (request, attestation) => {
      expectTypeOf(request).toEqualTypeOf<Request>();
      return Response.json({ did: attestation.approov?.deviceId });
    });
    expectTypeOf(handler).toEqualTypeOf<(request: Request) => Promise<Response>>();
    const withContext = forWeb.protect(
      guard,
      async (_request: Request, _attestation: Attestation, env: { id: string }) => new Response(env.id),
    );
    void withContext(new Request('http://localhost'), { id: '1' });
    // @ts-expect-error the server's argument is missing
    void withContext(new Request('http://localhost'));
  });
});
