import { routeOf, type Guard, type RouteOptions } from '../guard/index.js';
import type { Attestation } from '../ports/attestation.js';
import { discardBody } from './node/body.js';
import type { NodeMessage } from './node/message.js';
import { NodeRequest } from './node/request.js';

/** For `new Koa<AttestationState>()`: what the middleware puts on `ctx.state`. */
export interface AttestationState {
  /** What the guard verified; undefined on routes that nothing protects. */
  attestation?: Attestation;
}

/** What is used of Koa's context. */
export interface KoaContext {
  readonly req: NodeMessage;
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
 */
export function protect(
  guard: Guard,
  options?: RouteOptions,
): (ctx: KoaContext, next: () => Promise<unknown>) => Promise<void> {
  const route = routeOf(guard, options);
  return async (ctx, next) => {
    const decision = await guard.check(new NodeRequest(ctx.req, ctx.originalUrl, ctx), route);
    if (decision.outcome === 'refuse') {
      const { status, headers, body } = decision.response;
      ctx.status = status;
      ctx.set({ ...headers });
      ctx.body = body;
      discardBody(ctx.req);
      return;
    }
    (ctx.state as AttestationState).attestation = decision.results;
    await next();
  };
}
