import { deviceEndpoints, protect, protection } from 'attestkit/fastify';
import createFastify, { type FastifyInstance } from 'fastify';
import type { RouteSpec, ServerSpec, Target } from '../servers/server-spec.js';
import { running } from './listen.js';

/** What Fastify's router can be told to overlook, named as its earlier versions 5 know it too. */
export const LENIENT = { ignoreDuplicateSlashes: true, ignoreTrailingSlash: true, caseSensitive: false };

export const fastify: Target = {
  name: 'Fastify',
  settings: ['isLenient'],
  fields: 'lines',
  paths: 'as sent',
  http: 1,
  parsers: { 'all routes': ['after', 'before'], 'one route': ['after', 'before'], enrollment: ['after'] },
  rejects: /^[^?]*%(?![0-7][0-9a-f])/i,
  async start(spec) {
    const app = application(spec);
    await app.listen({ host: '127.0.0.1', port: 0 });
    return running(app.server, async () => {
      app.server.closeAllConnections();
      await app.close();
    });
  },
};

/** Fastify always parses after `onRequest`, so `before` is the hook in the wrong place. */
function application(spec: ServerSpec): FastifyInstance {
  const { guard, all, routes, mounts = [], parser } = spec;
  const app = createFastify(spec.isLenient === true ? { ...LENIENT } : {});
  app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  const hook = parser === 'before' ? 'preHandler' : 'onRequest';
  const add = (scope: FastifyInstance, route: RouteSpec): void => {
    scope.route({
      method: route.method,
      url: route.path,
      ...(route.protect && { [hook]: protect(guard, route.protect) }),
      handler: async (request, reply) => {
        const { attestation, body } = request;
        const { status = 200, json } = await route.handle({ attestation, body });
        return reply.status(status).send(json);
      },
    });
  };
  if (all !== undefined && hook === 'preHandler') app.addHook(hook, protect(guard, all));
  else if (all !== undefined)
    app.register(protection, {
      guard,
      ...all,
      ...(spec.enrollment !== undefined && { devicePath: spec.enrollment }),
    });
  if (spec.enrollment !== undefined && all === undefined)
    app.register(deviceEndpoints, { guard, prefix: spec.enrollment });
  for (const route of routes) add(app, route);
  for (const mount of mounts) {
    app.register(
      async (scope) => {
        if (mount.all !== undefined) scope.register(protection, { guard, ...mount.all });
        for (const route of mount.routes) add(scope, route);
      },
      { prefix: mount.prefix },
    );
  }
  return app;
}
