import { routeOf, whenDecided, type RouteOptions, markNode } from '../guard/internal.js';
import type { Guard } from '../create-guard.js';
import { ConfigurationError } from '../kernel/errors.js';
import type { Attestation } from '../ports/attestation.js';
import { mounted, type MountOptions } from './mounting.js';
import { respond, type FastifyReply } from './node/reply.js';
import type { NodeMessage } from './node/message.js';
import { NodeRequest } from './node/request.js';

export type { FastifyReply } from './node/reply.js';

/** What is used of Fastify's request. */
export interface FastifyRequest {
  readonly raw: NodeMessage;
  readonly originalUrl: string;
  readonly ip: string;
}

/** What is used of a Fastify instance. */
export interface FastifyInstance {
  readonly prefix: string;
  hasRequestDecorator(name: string): boolean;
  decorateRequest(name: string, value: undefined): unknown;
  addHook(name: 'onRequest', hook: OnRequest): unknown;
}

/** A hook that takes a callback. */
export type OnRequest = (request: FastifyRequest, reply: FastifyReply, done: () => void) => void;

/** What is used of a Fastify instance that gets the endpoints. */
export interface FastifyScope {
  readonly prefix: string;
  all(
    path: string,
    options: {
      onRequest: (request: FastifyRequest, reply: FastifyReply & { callNotFound(): unknown }) => void;
    },
    handler: () => void,
  ): unknown;
}

/** Options of the plugin: the guard, and what is asked of every request. */
export interface ProtectionOptions extends RouteOptions {
  readonly guard: Guard;
  /**
   * The whole path of the guard's endpoints of devices: `/device`. The plugin answers them itself, before
   * it protects all else, so that no path has to be excluded. Default: nowhere.
   */
  readonly devicePath?: string;
}

/** Options of the plugin: the guard, and the path of its endpoints below the prefix of the instance. */
export interface DeviceEndpointsOptions extends MountOptions {
  readonly guard: Guard;
}

/**
 * A hook for one route of Fastify: `app.get('/forms', { onRequest: protect(guard, { binding: true }) }, handler)`.
 * It runs before the body is parsed, and leaves the body to the parser. The peer's address is `request.ip`, by the
 * setting `trustProxy`.
 *
 * The result is `request.attestation`. Fastify's own types know of it through
 * `request.getDecorator<Attestation>('attestation')` if the plugin is registered, or by a declaration of yours:
 *
 * ```ts
 * declare module 'fastify' {
 *   interface FastifyRequest { attestation?: Attestation }
 * }
 * ```
 *
 * @throws ConfigurationError naming the option
 * @example
 * app.get('/forms', { onRequest: protect(guard, { binding: 'authorization' }) }, handler);
 */
export function protect(guard: Guard, options?: RouteOptions): OnRequest {
  const route = routeOf(guard, options);
  return (request, reply, done) => {
    whenDecided(
      guard.check(new NodeRequest(request.raw, request.originalUrl, request), route),
      (decision) => {
        if (decision.outcome === 'refuse') return respond(request.raw, reply, decision.response);
        markNode(reply.raw, decision.caching);
        (request as { attestation?: Attestation }).attestation = decision.results;
        done();
      },
    );
  };
}

/**
 * The plugin that protects every route of the instance on which it is registered, and of the plugins below, whether
 * they were registered before it or are after, and unknown paths: `await app.register(protection, { guard })`. With
 * `devicePath: '/device'` it answers the guard's endpoints too, which devices ask before they have evidence to show.
 *
 * @throws ConfigurationError (rejects with it) naming the option, when the instance gets ready
 */
export const protection: (instance: FastifyInstance, options: ProtectionOptions) => Promise<void> =
  Object.assign(
    async (instance: FastifyInstance, { guard, devicePath: path, ...options }: ProtectionOptions) => {
      const hook = protect(guard, options);
      instance.addHook('onRequest', path === undefined ? hook : answeringFirst(guard, path, instance, hook));
      if (!instance.hasRequestDecorator('attestation')) instance.decorateRequest('attestation', undefined);
    },
    // What fastify-plugin does: the hook is for the instance itself, not for a scope of the plugin's own.
    { [Symbol.for('skip-override')]: true, [Symbol.for('fastify.display-name')]: 'attestkit' },
  );

/** Answers the endpoints instead of letting them through: what is let through, a router may read as another path. */
function answeringFirst(guard: Guard, path: string, { prefix }: FastifyInstance, hook: OnRequest): OnRequest {
  if (prefix !== '') {
    const remedy = 'Register the plugin on the root instance, or the plugin deviceEndpoints in this scope.';
    throw new ConfigurationError('devicePath', `would not be reached within the prefix ${prefix}`, remedy);
  }
  const endpoints = mounted(guard, { prefix: path }, 'devicePath');
  return (request, reply, done) => {
    const { raw, originalUrl } = request;
    const answer = endpoints(new NodeRequest(raw, originalUrl, request), raw.url ?? '');
    if (answer === undefined) hook(request, reply, done);
    else void answer.then((settled) => respond(raw, reply, settled));
  };
}

/**
 * The plugin with the guard's endpoints of devices alone, by default below `/device`:
 * `await app.register(deviceEndpoints, { guard, prefix: '/device' })`. They are routes of Fastify, in a scope of their own,
 * and answer before the body is parsed; the rest below the prefix is not found. Where all routes are protected, use the
 * option `devicePath` of `protection` instead: an exclusion of `/device/*` opens the application's own routes there.
 *
 * @throws ConfigurationError (rejects with it) naming the option, or `guard` if it has no endpoints, when the
 *   instance gets ready
 * @example
 * await app.register(deviceEndpoints, { guard, prefix: '/device' });
 */
export async function deviceEndpoints(
  instance: FastifyScope,
  options: DeviceEndpointsOptions,
): Promise<void> {
  const { guard, ...rest } = options;
  // Fastify has put a prefix that is given before the routes already.
  const added = rest.prefix === undefined ? '/device' : '';
  const endpoints = mounted(guard, { ...rest, prefix: `${instance.prefix}${added}` });
  const onRequest = (request: FastifyRequest, reply: FastifyReply & { callNotFound(): unknown }): void => {
    const { raw, originalUrl } = request;
    const answer = endpoints(new NodeRequest(raw, originalUrl, request), raw.url ?? '');
    if (answer === undefined) reply.callNotFound();
    else void answer.then((settled) => respond(raw, reply, settled));
  };
  instance.all(`${added}/*`, { onRequest }, () => undefined);
}
