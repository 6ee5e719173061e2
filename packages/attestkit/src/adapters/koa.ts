import { routeOf, type RouteOptions, markNode } from '../guard/internal.js';
import type { Guard } from '../create-guard.js';
import type { Attestation } from '../ports/attestation.js';
import type { Answer } from '../ports/decision.js';
import { mounted, type MountOptions } from './mounting.js';
import { discardBody } from './node/body.js';
import type { NodeMessage } from './node/message.js';
import { NodeRequest } from './node/request.js';

export type { MountOptions } from './mounting.js';

/** For `new Koa<AttestationState>()`: what the middleware puts on `ctx.state`. */
export interface AttestationState {
  /** What the guard verified; undefined on routes that nothing protects. */
  attestation?: Attestation;
}

/** What is used of Koa's context. */
export interface KoaContext {
  readonly req: NodeMessage;
  readonly res: {
    getHeader(name: string): number | string | readonly string[] | undefined;
    setHeader(name: string, value: string): unknown;
  };
  readonly url: string;
  readonly originalUrl: string;
  readonly ip: string;
  state: object;
  status: number;
  body: unknown;
  set(fields: Record<string, string>): void;
}

/**
 * Middleware for Koa: for all that is used after it, unknown paths included, with `app.use(protect(guard))`, or for
 * one route: `router.get('/forms', protect(guard, { binding: true }), (ctx) => { ctx.state.attestation … })`.
 *
 * The peer's address is `ctx.ip`, by the setting `app.proxy`. Use it before the body parser, or hand the parser's
 * bytes to `rawBody` of `attestkit/node`, with `ctx.req`.
 *
 * @throws ConfigurationError naming the option
 * @example
 * app.use(protect(guard));
 */
export function protect(
  guard: Guard,
  options?: RouteOptions,
): (ctx: KoaContext, next: () => Promise<unknown>) => Promise<void> {
  const route = routeOf(guard, options);
  return async (ctx, next) => {
    const decision = await guard.check(new NodeRequest(ctx.req, ctx.originalUrl, ctx), route);
    if (decision.outcome === 'refuse') return respond(ctx, decision.response);
    markNode(ctx.res, decision.caching);
    (ctx.state as AttestationState).attestation = decision.results;
    await next();
  };
}

/**
 * Middleware with the guard's endpoints of devices, by default below `/device`:
 * `app.use(deviceEndpoints(guard))`. Requests for other paths go on. Use it before what protects all routes, and before the
 * body parser, or hand the parser's bytes to `rawBody` of `attestkit/node`.
 *
 * @throws ConfigurationError naming the option, or `guard` if it has no endpoints
 * @example
 * app.use(deviceEndpoints(guard));
 */
export function deviceEndpoints(
  guard: Guard,
  options?: MountOptions,
): (ctx: KoaContext, next: () => Promise<unknown>) => Promise<void> {
  const endpoints = mounted(guard, options);
  return async (ctx, next) => {
    const answer = await endpoints(new NodeRequest(ctx.req, ctx.originalUrl, ctx), ctx.url);
    if (answer !== undefined) return respond(ctx, answer);
    await next();
  };
}

function respond(ctx: KoaContext, { status, headers, body }: Answer): void {
  ctx.status = status;
  ctx.set({ ...headers });
  ctx.body = body;
  discardBody(ctx.req);
}
