import { routeOf, type RouteOptions, markFetch } from '../guard/internal.js';
import type { Guard } from '../create-guard.js';
import type { Attestation } from '../ports/attestation.js';
import type { AttestedRequest } from '../ports/request.js';
import { mounted, type MountOptions } from './mounting.js';
import type { NodeMessage } from './node/message.js';
import { fieldsOf } from './node/request.js';
import { answerResponse, WebRequest, type AddressOf } from './web.js';
import { assertAddress, warnOfNoAddress } from './web-address.js';

export type { MountOptions } from './mounting.js';
export type { AddressOf } from './web.js';

/** For `new Hono<{ Variables: AttestationVariables }>()`: what the middleware sets. */
// A type, since early versions of Hono 4 take no interface here.
export type AttestationVariables = {
  /** What the guard verified; undefined on routes that nothing protects. */
  attestation?: Attestation;
};

/** Options of a route, and how to find the address of its peer. */
export interface HonoRouteOptions extends RouteOptions {
  /** Default: on Node the connection's, elsewhere it is not known. */
  readonly address?: AddressOf;
}

/** Options of the endpoints, and how to find the address of the peer. */
export interface HonoMountOptions extends MountOptions {
  /**
   * Default: on Node the connection's, elsewhere it is not known. Then only limits for all clients together hold, which
   * a warning says at the first request.
   */
  readonly address?: AddressOf;
}

/** What is used of Hono's context. */
export interface HonoContext {
  readonly req: { readonly raw: Request };
  /** On Node, by `@hono/node-server`, `incoming` is the request of Node's server. */
  readonly env?: unknown;
  set(name: 'attestation', value: Attestation): void;
  res: Response;
}

/**
 * Middleware for Hono: for all that is used after it, unknown paths included, with `app.use(protect(guard))`, or for
 * one route: `app.get('/forms', protect(guard, { binding: true }), (c) => c.json(c.get('attestation')))`.
 *
 * On Node, path and header fields are read as they were sent. Elsewhere Hono hands over a fetch request alone, with
 * what that means (see `webRequest`): repeated header fields arrive joined by a comma, and fail as malformed.
 *
 * @throws ConfigurationError naming the option
 * @example
 * app.get('/forms', protect(guard, { binding: 'authorization' }), handler);
 */
export function protect(
  guard: Guard,
  options: HonoRouteOptions = {},
): (c: HonoContext, next: () => Promise<void>) => Promise<Response | undefined> {
  const { address, ...asked } = options;
  assertAddress(address);
  const route = routeOf(guard, asked);
  return async (c, next) => {
    const decision = await guard.check(honoRequest(c, address), route);
    if (decision.outcome === 'refuse') return answerResponse(decision.response);
    c.set('attestation', decision.results);
    await next();
    if (decision.caching !== undefined) c.res = markFetch(c.res, decision.caching);
    return undefined;
  };
}

/**
 * Middleware with the guard's endpoints of devices, by default below `/device`:
 * `app.use(deviceEndpoints(guard))`. Requests for other paths go on. Use it before what protects all routes, and before what
 * reads the body.
 *
 * @throws ConfigurationError naming the option, or `guard` if it has no endpoints
 * @example
 * app.use(deviceEndpoints(guard));
 */
export function deviceEndpoints(
  guard: Guard,
  options: HonoMountOptions = {},
): (c: Pick<HonoContext, 'req' | 'env'>, next: () => Promise<void>) => Promise<Response | undefined> {
  const { address, ...mount } = options;
  assertAddress(address);
  const endpoints = mounted(guard, mount);
  let isToWarn = address === undefined;
  return async (c, next) => {
    const { raw } = c.req;
    // By what Hono routes: a mounted application sees a shorter path than the one that was sent.
    const answer = endpoints(honoRequest(c, address), new WebRequest(raw, () => undefined).target);
    if (answer === undefined) return void (await next());
    if (isToWarn && incomingOf(c) === undefined) warnOfNoAddress();
    isToWarn = false;
    return answerResponse(await answer);
  };
}

function honoRequest(c: Pick<HonoContext, 'req' | 'env'>, address: AddressOf | undefined): AttestedRequest {
  const { raw } = c.req;
  const incoming = incomingOf(c);
  const given = (): string | undefined => address?.(raw);
  if (incoming === undefined) return new WebRequest(raw, given);
  return new SentRequest(raw, address === undefined ? () => incoming.socket?.remoteAddress : given, incoming);
}

type Incoming = NodeMessage & { readonly url: string };

/** The request of Node's server, where Hono runs on it. */
function incomingOf({ env }: Pick<HonoContext, 'env'>): Incoming | undefined {
  const { incoming } = (env ?? {}) as { readonly incoming?: Partial<NodeMessage> };
  const isNode = Array.isArray(incoming?.rawHeaders) && typeof incoming.url === 'string';
  return isNode ? (incoming as Incoming) : undefined;
}

/**
 * A request on Node: the body as fetch has it, and all else as it was sent.
 *
 * An application can make another request of it and hand that on with the same `env`: `mount` shortens the path, `bodyLimit`
 * wraps the body, a batch has fields and paths of its own. What such a request says is what its handler will see, so it counts, and
 * the sent one only for what fetch cannot tell: which fields were repeated, and how the same path was written.
 */
class SentRequest extends WebRequest {
  readonly #incoming: Incoming;
  readonly #isItself: boolean;

  constructor(request: Request, address: () => string | undefined, incoming: Incoming) {
    super(request, address);
    this.#incoming = incoming;
    this.#isItself = isMadeOf(request, incoming);
  }

  override get target(): string {
    const { url } = this.#incoming;
    return this.#isItself || isWithin(super.target, url) ? url : super.target;
  }

  /** A batch chooses its paths: what is excluded has to be what its handler sees. */
  get routed(): string | undefined {
    return this.#isItself ? undefined : super.target;
  }

  override fields(name: string): readonly string[] {
    const sent = fieldsOf(this.#incoming, name);
    return this.#isItself || sent.length > 1 ? sent : super.fields(name);
  }
}

/** Whether Hono's server made this very request of the message: it keeps it there, under a symbol of its own. */
function isMadeOf(request: Request, incoming: Incoming): boolean {
  const own = request as unknown as Readonly<Record<symbol, unknown>>;
  return Object.getOwnPropertySymbols(request).some((symbol) => own[symbol] === incoming);
}

/** Whether a path is the one that was sent, or the end of it, with the same query. */
function isWithin(target: string, sent: string): boolean {
  try {
    const [one, other] = [new URL(`http://a${target}`), new URL(sent, 'http://a')];
    return one.search === other.search && (one.pathname === '/' || other.pathname.endsWith(one.pathname));
  } catch {
    return false;
  }
}
