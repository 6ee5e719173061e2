import { whenDecided, type Guard, type RouteOptions } from '../../guard/index.js';
import type { Attestation } from '../../ports/attestation.js';
import { NodeRequest, type NodeMessage, type Peer } from './request.js';
import { sendRefusal, type NodeResponse } from './respond.js';

/** A request of a framework that extends Node's own: Express, and what speaks its language. */
export interface MiddlewareRequest extends NodeMessage, Peer {
  /** `url` as it was before mounted routers shortened it. */
  readonly originalUrl?: string | undefined;
  attestation?: Attestation;
}

export type Middleware = (req: MiddlewareRequest, res: NodeResponse, next: () => void) => void;

/** The middleware `(req, res, next)` of Express, which Nest uses on both its platforms. */
export function middleware(guard: Guard, options?: RouteOptions): Middleware {
  const route = guard.route(options);
  return (req, res, next) => {
    const request = new NodeRequest(req, req.originalUrl ?? req.url ?? '', req);
    whenDecided(guard.check(request, route), (decision) => {
      if (decision.outcome === 'refuse') return sendRefusal(res, decision.response);
      req.attestation = decision.results;
      next();
    });
  };
}
