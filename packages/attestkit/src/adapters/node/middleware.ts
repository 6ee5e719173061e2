import { routeOf, whenDecided, type RouteOptions, markNode } from '../../guard/internal.js';
import type { Guard } from '../../create-guard.js';
import type { Attestation } from '../../ports/attestation.js';
import type { Endpoints } from '../mounting.js';
import type { NodeMessage } from './message.js';
import { NodeRequest } from './request.js';
import { sendAnswer, type ListenerResponse, type NodeResponse } from './respond.js';

/** Middleware of Express and of what speaks its language: `(req, res, next)`. */
export type Middleware = (
  req: NodeMessage & {
    /** The peer's address, by the setting `trust proxy`. */
    readonly ip?: string | undefined;
    attestation?: Attestation;
  },
  res: NodeResponse & Pick<ListenerResponse, 'getHeader' | 'setHeader'>,
  next: () => void,
) => void;

/** A request of a framework that extends Node's own. */
export type MiddlewareRequest = Parameters<Middleware>[0];

/** The middleware `(req, res, next)` of Express, which Nest uses on both its platforms. */
export function middleware(guard: Guard, options?: RouteOptions): Middleware {
  const route = routeOf(guard, options);
  return (req, res, next) => {
    whenDecided(guard.check(new NodeRequest(req, undefined, req), route), (decision) => {
      if (decision.outcome === 'refuse') return sendAnswer(res, decision.response);
      markNode(res, decision.caching);
      req.attestation = decision.results;
      next();
    });
  };
}

/**
 * The same for the endpoints of devices; every other request goes on.
 *
 * @param urlOf gives the URL by which the framework has routed a request
 */
export function answering(endpoints: Endpoints, urlOf: (req: MiddlewareRequest) => string): Middleware {
  return (req, res, next) => {
    const answer = endpoints(new NodeRequest(req, undefined, req), urlOf(req));
    if (answer === undefined) next();
    else void answer.then((settled) => sendAnswer(res, settled));
  };
}
