import type { Guard } from '../create-guard.js';
import type { RouteOptions } from '../guard/internal.js';
import type { Attestation } from '../ports/attestation.js';
import { mounted } from './mounting.js';
import { answering, middleware, type Middleware } from './node/middleware.js';

export type { Middleware } from './node/middleware.js';

export { rawBody } from './node/index.js';

declare global {
  namespace Express {
    interface Request {
      /** What the guard verified; undefined on routes that nothing protects. */
      attestation?: Attestation;
    }
  }
}

/**
 * Middleware for Express 4 and 5: for all that is mounted after it, unknown paths included, with
 * `app.use(protect(guard))`, for a router, or for one route:
 * `app.get('/forms', protect(guard, { binding: true }), (req, res) => { req.attestation?.approov?.deviceId … })`.
 *
 * The peer's address is `req.ip`, by the setting `trust proxy`. Mount it before the body parser, or give the parser
 * the hook `rawBody`.
 *
 * @throws ConfigurationError naming the option
 * @example
 * app.get('/forms', protect(guard, { binding: 'authorization' }), handler);
 */
export function protect(guard: Guard, options?: RouteOptions): Middleware {
  return middleware(guard, options);
}

/**
 * The guard's device endpoints, below the path of the mount: `app.use('/device', deviceEndpoints(guard))`.
 * Requests for other paths go on. Mount them before what protects all routes, and before the body parser, or give the
 * parser the hook `rawBody`.
 *
 * @throws ConfigurationError naming `guard` if it has no endpoints
 * @example
 * app.use('/device', deviceEndpoints(guard));
 */
export function deviceEndpoints(guard: Guard): Middleware {
  // Express has taken the path of the mount from the URL.
  return answering(mounted(guard, { prefix: '' }), ({ url = '' }) => url);
}
