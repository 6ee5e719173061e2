import { routeOf, whenDecided, type Guard, type RouteOptions } from '../guard/index.js';
import type { Attestation } from '../ports/attestation.js';
import { discardBody } from './node/body.js';
import { replyRefusal, type FastifyReply } from './node/reply.js';
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
  hasRequestDecorator(name: string): boolean;
  decorateRequest(name: string, value: undefined): unknown;
  addHook(name: 'onRequest', hook: OnRequest): unknown;
}

/** A hook that takes a callback. */
export type OnRequest = (request: FastifyRequest, reply: FastifyReply, done: () => void) => void;

/** Options of the plugin: the guard, and what is asked of every request. */
export interface ProtectionOptions extends RouteOptions {
  readonly guard: Guard;
}

/**
 * A hook for one route of Fastify: `app.get('/forms', { onRequest: protect(guard, { binding: true }) }, handler)`.
 * It runs before the body is parsed, and leaves the body to the parser. The peer's address is `request.ip`, by the
 * setting `trustProxy`.
 *
 * The result is `request.attestation`. Fastify's own types know of it through
 * `request.getDecorator<Attestation>('attestation')` where the plugin is registered, or by a declaration of yours:
 *
 * ```ts
 * declare module 'fastify' {
 *   interface FastifyRequest { attestation?: Attestation }
 * }
 * ```
 *
 * @throws ConfigurationError naming the option
 */
export function protect(guard: Guard, options?: RouteOptions): OnRequest {
  const route = routeOf(guard, options);
  return (request, reply, done) => {
    whenDecided(
      guard.check(new NodeRequest(request.raw, request.originalUrl, request), route),
      (decision) => {
        if (decision.outcome === 'refuse') {
          replyRefusal(reply, decision.response);
          discardBody(request.raw);
          return;
        }
        (request as { attestation?: Attestation }).attestation = decision.results;
        done();
      },
    );
  };
}

/**
 * The plugin that protects every route of the instance on which it is registered, and of the plugins below, whether
 * they were registered before it or are after, and unknown paths: `await app.register(protection, { guard })`.
 *
 * @throws ConfigurationError (rejects with it) naming the option, when the instance gets ready
 */
export const protection: (instance: FastifyInstance, options: ProtectionOptions) => Promise<void> =
  Object.assign(
    async (instance: FastifyInstance, { guard, ...options }: ProtectionOptions) => {
      instance.addHook('onRequest', protect(guard, options));
      if (!instance.hasRequestDecorator('attestation')) instance.decorateRequest('attestation', undefined);
    },
    // What fastify-plugin does: the hook is for the instance itself, not for a scope of the plugin's own.
    { [Symbol.for('skip-override')]: true, [Symbol.for('fastify.display-name')]: 'attestkit' },
  );
