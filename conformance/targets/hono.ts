import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { deviceEndpoints, protect, type AttestationVariables } from 'attestkit/hono';
import { Hono, type Context, type MiddlewareHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { RouteSpec, ServerSpec, Target } from '../servers/server-spec.js';
import { listen } from './listen.js';

interface Env {
  Variables: AttestationVariables & { body?: unknown };
}

export const hono: Target = {
  name: 'Hono',
  fields: 'lines',
  paths: 'as sent',
  http: 1,
  isBridged: true,
  parsers: {
    'all routes': ['after', 'before'],
    'one route': ['after', 'before'],
    enrollment: ['after', 'before'],
  },
  rejects: /\\/,
  start: (spec) => listen(createAdaptorServer({ fetch: application(spec).fetch }) as Server),
};

function application(spec: ServerSpec): Hono<Env> {
  const { guard, all, routes, mounts = [], parser } = spec;
  const app = new Hono<Env>();
  app.onError((error, context) => context.json({}, error instanceof HTTPException ? error.status : 500));
  if (parser === 'before') app.use(parse);
  if (spec.enrollment !== undefined) app.use(deviceEndpoints(guard, { prefix: spec.enrollment }));
  if (all !== undefined) app.use(protect(guard, all));
  const add = (router: Hono<Env>, route: RouteSpec): void => {
    const own: MiddlewareHandler[] = route.protect === undefined ? [] : [protect(guard, route.protect)];
    if (parser === 'after') own.push(parse);
    router.on(route.method, [route.path], ...own, async (context: Context<Env>) => {
      const seen = { attestation: context.get('attestation'), body: context.get('body') };
      const { status = 200, json } = await route.handle(seen);
      return Response.json(json, { status });
    });
  };
  for (const route of routes) add(app, route);
  for (const mount of mounts) {
    const router = new Hono<Env>();
    if (mount.all !== undefined) router.use(protect(guard, mount.all));
    for (const route of mount.routes) add(router, route);
    app.route(mount.prefix, router);
  }
  return app;
}

/** By Hono's own means: it keeps what it has read, and would make bytes of parsed JSON again when asked for them. */
const parse: MiddlewareHandler<Env> = async (context, next) => {
  const { req } = context;
  const isJson = req.header('content-type') === 'application/json';
  try {
    context.set('body', isJson ? await req.json() : new Uint8Array(await req.arrayBuffer()));
  } catch {
    throw new HTTPException(400);
  }
  await next();
};
