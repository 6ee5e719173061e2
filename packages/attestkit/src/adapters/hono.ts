import { routeOf, type Guard, type RouteOptions, markFetch } from '../guard/index.js';
import type { Attestation } from '../ports/attestation.js';
import { answerResponse, enrolment as answering, webRequest, type MountOptions } from './web.js';

export type { MountOptions } from './web.js';

/** For `new Hono<{ Variables: AttestationVariables }>()`: what the middleware sets. */
// A type, since early versions of Hono 4 take no interface here.
export type AttestationVariables = {
  /** What the guard verified; undefined on routes that nothing protects. */
  attestation?: Attestation;
};

/** What is used of Hono's context. */
export interface HonoContext {
  readonly req: { readonly raw: Request };
  set(name: 'attestation', value: Attestation): void;
  res: Response;
}

/**
 * Middleware for Hono: for all that is used after it, unknown paths included, with `app.use(protect(guard))`, or for
 * one route: `app.get('/forms', protect(guard, { binding: true }), (c) => c.json(c.get('attestation')))`.
 *
 * Hono hands over a fetch request, with what that means (see `webRequest`): repeated header fields arrive joined by
 * a comma, and fail as malformed or not matching, on Node too.
 *
 * @throws ConfigurationError naming the option
 */
export function protect(
  guard: Guard,
  options?: RouteOptions,
): (c: HonoContext, next: () => Promise<void>) => Promise<Response | undefined> {
  const route = routeOf(guard, options);
  return async (c, next) => {
    const decision = await guard.check(webRequest(c.req.raw), route);
    if (decision.outcome === 'refuse') return answerResponse(decision.response);
    c.set('attestation', decision.results);
    await next();
    if (decision.caching !== undefined) c.res = markFetch(c.res, decision.caching);
    return undefined;
  };
}

/**
 * Middleware with the guard's endpoints of enrolment and sessions, by default below `/device`:
 * `app.use(enrolment(guard))`. Requests for other paths go on. Use it before what protects all routes, and before what
 * reads the body.
 *
 * @throws ConfigurationError naming the option, or `guard` where it has no endpoints
 */
export function enrolment(
  guard: Guard,
  options?: MountOptions,
): (c: Pick<HonoContext, 'req'>, next: () => Promise<void>) => Promise<Response | undefined> {
  const answer = answering(guard, options);
  return async (c, next) => (await answer(c.req.raw)) ?? void (await next());
}
