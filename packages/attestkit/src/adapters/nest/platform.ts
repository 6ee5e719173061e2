import type { EventEmitter } from 'node:events';
import { ConfigurationError } from '../../kernel/errors.js';
import { rawBody } from '../node/body.js';
import type { OnRequest } from '../fastify.js';
import type { MiddlewareRequest } from '../node/middleware.js';
import { respond } from '../node/reply.js';
import { sendAnswer } from '../node/respond.js';
import type { Decisions } from './decisions.js';
import { mountFirst, type ExpressApplication } from './express-layer.js';
import { guardMiddleware, type FastifyHttpAdapter } from './fastify-middleware.js';
import { protectionsOfRoute } from './protection.js';
import type { Listener } from './server.js';

/** What is used of the platform's request: Express's extends Node's own, Fastify's has it as `raw`. */
export interface PlatformRequest {
  readonly originalUrl: string;
  readonly ip?: string | undefined;
  readonly raw?: unknown;
}

/** What is used of Nest's `HttpAdapterHost`. */
export interface AdapterHost {
  readonly httpAdapter?: HttpAdapter | undefined;
}

interface HttpAdapter extends FastifyHttpAdapter {
  getType(): string;
  getInstance<T>(): T;
  getHttpServer(): EventEmitter | undefined;
}

/** What is used of Fastify's instance. */
interface FastifyApplication {
  readonly routing: Listener;
  addHook(name: 'onRequest', hook: OnRequest): unknown;
}

/** The platform's server, and the listener by which the framework gets its requests. */
export interface Platform {
  readonly server: EventEmitter;
  readonly listener: Listener;
}

/** Node's own request, which both platforms have. */
export function messageOf(request: PlatformRequest): MiddlewareRequest {
  return (request.raw ?? request) as MiddlewareRequest;
}

/** Takes over the bytes that Nest's parser has kept, where Nest is told to: `NestFactory.create(…, { rawBody: true })`. */
export function keepBody(message: MiddlewareRequest, request: object): void {
  const { rawBody: bytes } = request as { readonly rawBody?: unknown };
  if (bytes instanceof Uint8Array) rawBody(message, undefined, bytes);
}

/** What has to be done before anything is mounted on the platform, if there is one already. */
export function prepare({ httpAdapter }: AdapterHost, decisions: Decisions): void {
  if (httpAdapter?.getType() === 'fastify') guardMiddleware(httpAdapter, decisions);
}

/**
 * Has each request decided by a hook of the platform itself, before it routes and before it parses bodies. Nest's own
 * middleware is registered by path, and its idea of paths is not the router's.
 *
 * @param isNeeded whether something hangs on the hook: without it another platform than these two will do
 * @throws ConfigurationError if Nest runs on another platform
 */
export function attach(
  { httpAdapter }: AdapterHost,
  decisions: Decisions,
  isNeeded: boolean,
): Platform | undefined {
  const server = httpAdapter?.getHttpServer();
  if (httpAdapter?.getType() === 'fastify' && server !== undefined) {
    const instance = httpAdapter.getInstance<FastifyApplication>();
    guardMiddleware(httpAdapter, decisions);
    instance.addHook('onRequest', fastifyHook(decisions));
    return { server, listener: instance.routing };
  }
  if (httpAdapter?.getType() === 'express' && server !== undefined) {
    const instance = httpAdapter.getInstance<ExpressApplication & Listener>();
    if (isNeeded) mountExpress(instance, decisions);
    return { server, listener: instance };
  }
  if (!isNeeded) return undefined;
  const remedy = 'Use ExpressAdapter or FastifyAdapter, or leave out all and devicePath.';
  throw new ConfigurationError('all', 'needs Nest on Express or on Fastify', remedy);
}

/** A route's own protections are known here already: Fastify routes before its hooks run. */
function fastifyHook(decisions: Decisions): OnRequest {
  return (request, reply, done) => {
    const message = request.raw as MiddlewareRequest;
    const { routeOptions } = request as { readonly routeOptions?: { readonly config?: unknown } };
    decisions.run(
      { message, target: request.originalUrl, peer: request, response: reply.raw },
      protectionsOfRoute(routeOptions?.config),
      (answer) => respond(message, reply, answer),
      done,
    );
  };
}

function mountExpress(instance: ExpressApplication, decisions: Decisions): void {
  mountFirst(instance, (req, res, next) => {
    keepBody(req, req);
    const target = req.originalUrl ?? req.url ?? '';
    decisions.run(
      { message: req, target, peer: req, response: res },
      [],
      (answer) => sendAnswer(res, answer),
      next,
    );
  });
}
