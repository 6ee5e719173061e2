import { createServer } from 'node:http';
import { deviceEndpoints, protect, rawBody } from 'attestkit/express';
import expressFive, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import expressFour from 'express4';
import type { ParserPlace, Reply, RouteSpec, ServerSpec, Target } from '../servers/server-spec.js';
import { listen } from './listen.js';

export const express5: Target = targetOf('Express 5', expressFive);
export const express4: Target = targetOf('Express 4', expressFour);

function targetOf(name: string, express: typeof expressFive): Target {
  return {
    name,
    fields: 'lines',
    paths: 'as sent',
    http: 1,
    parsers: {
      'all routes': ['after', 'before', 'before with rawBody'],
      'one route': ['after', 'before', 'before with rawBody'],
      enrollment: ['after', 'before', 'before with rawBody'],
    },
    start: (spec) => listen(createServer(application(express, spec))),
  };
}

function application(express: typeof expressFive, spec: ServerSpec): expressFive.Express {
  const { guard, all, routes, mounts = [], parser } = spec;
  const app = express();
  if (parser !== undefined && parser !== 'after') app.use(parsers(express, parser));
  if (spec.enrollment !== undefined) app.use(spec.enrollment, deviceEndpoints(guard));
  if (all !== undefined) app.use(protect(guard, all));
  const after = parser === 'after' ? parsers(express, parser) : [];
  const add = (router: expressFive.Router, route: RouteSpec): void => {
    const own = route.protect === undefined ? [] : [protect(guard, route.protect)];
    router[verb(route)](route.path, ...own, ...after, handler(route));
  };
  for (const route of routes) add(app, route);
  for (const mount of mounts) {
    const router = express.Router();
    if (mount.all !== undefined) router.use(protect(guard, mount.all));
    for (const route of mount.routes) add(router, route);
    app.use(mount.prefix, router);
  }
  return app;
}

function parsers(express: typeof expressFive, place: ParserPlace): RequestHandler[] {
  const keeping = place === 'before with rawBody' ? { verify: rawBody } : {};
  return [express.json(keeping), express.raw({ type: () => true, ...keeping })];
}

/** What the handler throws at once is left to Express; of promises, version 4 knows nothing. */
function handler(route: RouteSpec): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) => {
    const { attestation, body } = request;
    const reply = route.handle({ attestation, body });
    if (reply instanceof Promise) void sendLater(reply, response, next);
    else send(reply, response);
  };
}

async function sendLater(reply: Promise<Reply>, response: Response, next: NextFunction): Promise<void> {
  try {
    send(await reply, response);
  } catch (error) {
    next(error);
  }
}

function send({ status = 200, json }: Reply, response: Response): void {
  response.status(status).json(json);
}

function verb({ method }: RouteSpec): 'get' | 'post' | 'options' {
  return method.toLowerCase() as 'get' | 'post' | 'options';
}
