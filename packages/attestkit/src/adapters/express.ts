import type { Guard, RouteOptions } from '../guard/index.js';
import type { Attestation } from '../ports/attestation.js';
import { middleware, type Middleware } from './node/middleware.js';

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
 * `app.get('/forms', protect(guard, { binding: true }), (req, res) => { req.attestation?.approov?.did … })`.
 *
 * The peer's address is `req.ip`, by the setting `trust proxy`. Mount it before the body parser, or give the parser
 * the hook `rawBody`.
 *
 * @throws ConfigurationError naming the option
 */
export function protect(guard: Guard, options?: RouteOptions): Middleware {
  return middleware(guard, options);
}
