import { createServer } from 'node:http';
import { Router, type RouterMiddleware } from '@koa/router';
import { deviceEndpoints, protect, type AttestationState } from 'attestkit/koa';
import { rawBody } from 'attestkit/node';
import Koa, { type Middleware } from 'koa';
import type { MountSpec, RouteSpec, ServerSpec, Target } from '../servers/server-spec.js';
import { MalformedBody, parseBody, readStream } from './body.js';
import { listen } from './listen.js';

interface State extends Partial<AttestationState> {
  body?: unknown;
}

export const koa: Target = {
  name: 'Koa',
  fields: 'lines',
  paths: 'as sent',
  http: 1,
  parsers: {
    'all routes': ['after', 'before', 'before with rawBody'],
    'one route': ['after', 'before', 'before with rawBody'],
    enrollment: ['after', 'before', 'before with rawBody'],
  },
  start: (spec) => listen(createServer(application(spec).callback())),
};

function application(spec: ServerSpec): Koa {
  const { guard, all, routes, mounts = [], parser } = spec;
  const app = new Koa();
  app.silent = true;
  if (parser !== undefined && parser !== 'after') app.use(parse(parser === 'before with rawBody'));
  if (spec.enrollment !== undefined) app.use(deviceEndpoints(guard, { prefix: spec.enrollment }));
  if (all !== undefined) app.use(protect(guard, all));
  const routerOf = (mount: MountSpec): Router<State> => {
    const router = new Router<State>({ prefix: mount.prefix });
    for (const route of mount.routes) {
      const own = [mount.all, route.protect].filter((each) => each !== undefined);
      const before: RouterMiddleware<State>[] = own.map((options) => protect(guard, options));
      if (parser === 'after') before.push(parse(false));
      router.register(route.path, [route.method], [...before, handler(route)]);
    }
    return router;
  };
  for (const mount of [{ prefix: '', routes }, ...mounts]) app.use(routerOf(mount).routes());
  return app;
}

function handler(route: RouteSpec): RouterMiddleware<State> {
  return async (context) => {
    const { attestation, body } = context.state;
    const { status = 200, json } = await route.handle({ attestation, body });
    context.status = status;
    context.body = json;
  };
}

function parse(keep: boolean): Middleware<State> {
  return async (context, next) => {
    const bytes = await readStream(context.req);
    if (keep) rawBody(context.req, context.res, bytes);
    try {
      context.state.body = parseBody(context.get('content-type'), bytes);
    } catch (error) {
      if (error instanceof MalformedBody) context.throw(400);
      throw error;
    }
    await next();
  };
}
