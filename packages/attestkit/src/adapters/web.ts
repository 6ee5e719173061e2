import { BODY_LIMIT, BodyTooLargeError, routeOf, type RouteOptions, markFetch } from '../guard/internal.js';
import type { Guard } from '../create-guard.js';
import type { Attestation } from '../ports/attestation.js';
import type { Answer } from '../ports/decision.js';
import type { AttestedRequest } from '../ports/request.js';
import { mounted, type MountOptions } from './mounting.js';
import { assertAddress, warnOfNoAddress } from './web-address.js';

export { BODY_LIMIT } from '../guard/internal.js';
export type { MountOptions } from './mounting.js';

/**
 * Gives the peer's address, which a fetch request does not have: from what the server hands over beside the request, or
 * from a field that your own proxy sets, and no client can.
 */
export type AddressOf<Rest extends readonly unknown[] = readonly []> = (
  request: Request,
  ...rest: Rest
) => string | undefined;

/** Options of a route, and how to find the address of its peer. */
export interface WebRouteOptions<Rest extends readonly unknown[] = readonly []> extends RouteOptions {
  /** Default: the address is not known. */
  readonly address?: AddressOf<Rest>;
}

/** Options of the endpoints, and how to find the address of the peer. */
export interface WebMountOptions<Rest extends readonly unknown[] = readonly []> extends MountOptions {
  /** Default: the address is not known. Then only limits for all clients together hold, which a warning says. */
  readonly address?: AddressOf<Rest>;
}

/**
 * Protects a handler of fetch requests: of a Next.js route, of `Bun.serve`, of `Deno.serve`. The handler gets the
 * request, what the guard verified, and whatever else its server hands over.
 *
 * @throws ConfigurationError naming the option
 * @example
 * export const GET = protect(guard, (request, attestation) => Response.json({ ok: true }));
 */
export function protect<Rest extends readonly unknown[]>(
  guard: Guard,
  handler: (request: Request, attestation: Attestation, ...rest: Rest) => Response | Promise<Response>,
  options: WebRouteOptions<Rest> = {},
): (request: Request, ...rest: Rest) => Promise<Response> {
  const { address, ...asked } = options;
  assertAddress(address);
  const route = routeOf(guard, asked);
  return async (request, ...rest) => {
    const decision = await guard.check(new WebRequest(request, () => address?.(request, ...rest)), route);
    if (decision.outcome === 'refuse') return answerResponse(decision.response);
    return markFetch(await handler(request, decision.results, ...rest), decision.caching);
  };
}

/**
 * Answers requests for the guard's endpoints of devices, by default below `/device`; undefined for all
 * others: `const device = deviceEndpoints(guard)`, then `device(request) ?? handler(request)`.
 *
 * @throws ConfigurationError naming the option, or `guard` if it has no endpoints
 * @example
 * const device = deviceEndpoints(guard);
 * export const POST = (request: Request) => device(request) ?? new Response(null, { status: 404 });
 */
export function deviceEndpoints<Rest extends readonly unknown[] = readonly []>(
  guard: Guard,
  options: WebMountOptions<Rest> = {},
): (request: Request, ...rest: Rest) => Promise<Response> | undefined {
  const { address, ...mount } = options;
  assertAddress(address);
  const endpoints = mounted(guard, mount);
  if (address === undefined) warnOfNoAddress();
  return (request, ...rest) => {
    const attested = new WebRequest(request, () => address?.(request, ...rest));
    return endpoints(attested, attested.target)?.then(answerResponse);
  };
}

/**
 * Translates a fetch request for `guard.check`. What fetch has lost by then stays lost: repeated header fields
 * arrive joined by a comma, and fail as malformed or not matching; the path is what the URL parser made of it; the
 * peer's address is known only if it is given. The body is read from a clone, and is absent if the request's own
 * has been used.
 *
 * @param address the peer's, if it is known
 * @example
 * const decision = await guard.check(webRequest(request));
 */
export function webRequest(request: Request, address?: string): AttestedRequest {
  return new WebRequest(request, () => address);
}

/**
 * An answer of the guard as a fetch response. Servers leave out the body themselves in answer to `HEAD`.
 *
 * @example
 * const answer = decision.outcome === 'refuse' ? answerResponse(decision.response) : await handle(request);
 */
export function answerResponse({ status, headers, body }: Answer): Response {
  return new Response(body, { status, headers: { ...headers } });
}

/** A fetch request as the guard sees it. */
export class WebRequest implements AttestedRequest {
  readonly #request: Request;
  readonly #address: () => string | undefined;
  #body: Promise<Uint8Array> | undefined;

  constructor(request: Request, address: () => string | undefined) {
    this.#request = request;
    this.#address = address;
  }

  /** Only when asked, and only if it is one. */
  get ip(): string | undefined {
    const address: unknown = this.#address();
    return typeof address === 'string' && address !== '' ? address : undefined;
  }

  get method(): string {
    return this.#request.method;
  }

  get target(): string {
    const { url } = this.#request;
    const path = url.indexOf('/', url.indexOf('://') + 3);
    const fragment = url.indexOf('#');
    return path < 0 ? '/' : url.slice(path, fragment < 0 ? undefined : fragment);
  }

  fields(name: string): readonly string[] {
    const value = this.#request.headers.get(name);
    return value === null ? [] : [value];
  }

  get body(): ((maxBytes?: number) => Promise<Uint8Array>) | undefined {
    if (this.#body === undefined && (this.#request.bodyUsed || this.#request.body?.locked === true))
      return undefined;
    return (maxBytes = BODY_LIMIT) => (this.#body ??= read(this.#request.clone(), maxBytes));
  }
}

async function read({ body }: Request, maxBytes: number): Promise<Uint8Array> {
  if (body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.length;
    if (length > maxBytes) {
      // Settles only when the request's own body is read or canceled too.
      void reader.cancel();
      throw new BodyTooLargeError(maxBytes);
    }
    chunks.push(part.value);
  }
  return Buffer.concat(chunks, length);
}
