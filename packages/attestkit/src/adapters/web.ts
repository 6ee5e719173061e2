import {
  BODY_LIMIT,
  BodyTooLargeError,
  routeOf,
  type Guard,
  type RouteOptions,
  markFetch,
} from '../guard/index.js';
import type { Attestation } from '../ports/attestation.js';
import type { Answer } from '../ports/decision.js';
import type { AttestedRequest } from '../ports/request.js';
import { mounted, type MountOptions } from './mounting.js';

export { BODY_LIMIT } from '../guard/index.js';
export type { MountOptions } from './mounting.js';

/**
 * Protects a handler of fetch requests: of a Next.js route, of `Bun.serve`, of `Deno.serve`. The handler gets the
 * request, what the guard verified, and whatever else its server hands over.
 *
 * @throws ConfigurationError naming the option
 */
export function protect<Rest extends readonly unknown[]>(
  guard: Guard,
  handler: (request: Request, attestation: Attestation, ...rest: Rest) => Response | Promise<Response>,
  options?: RouteOptions,
): (request: Request, ...rest: Rest) => Promise<Response> {
  const route = routeOf(guard, options);
  return async (request, ...rest) => {
    const decision = await guard.check(webRequest(request), route);
    if (decision.outcome === 'refuse') return answerResponse(decision.response);
    return markFetch(await handler(request, decision.results, ...rest), decision.caching);
  };
}

/**
 * Answers requests for the guard's endpoints of enrolment and sessions, by default below `/device`; undefined for all
 * others: `const device = enrolment(guard)`, then `device(request) ?? handler(request)`.
 *
 * @throws ConfigurationError naming the option, or `guard` where it has no endpoints
 */
export function enrolment(
  guard: Guard,
  options?: MountOptions,
): (request: Request) => Promise<Response> | undefined {
  const endpoints = mounted(guard, options);
  return (request) => {
    const attested = webRequest(request);
    return endpoints(attested, attested.target)?.then(answerResponse);
  };
}

/**
 * Translates a fetch request for `guard.check`. What fetch has lost by then stays lost: repeated header fields
 * arrive joined by a comma, and fail as malformed or not matching; the path is what the URL parser made of it; the
 * peer's address is unknown. The body is read from a clone, and is absent where the request's own has been used.
 */
export function webRequest(request: Request): AttestedRequest {
  return new WebRequest(request);
}

/** An answer of the guard as a fetch response. Servers leave out the body themselves in answer to `HEAD`. */
export function answerResponse({ status, headers, body }: Answer): Response {
  return new Response(body, { status, headers: { ...headers } });
}

class WebRequest implements AttestedRequest {
  readonly #request: Request;
  #body: Promise<Uint8Array> | undefined;

  constructor(request: Request) {
    this.#request = request;
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
      // Settles only when the request's own body is read or cancelled too.
      void reader.cancel();
      throw new BodyTooLargeError(maxBytes);
    }
    chunks.push(part.value);
  }
  return Buffer.concat(chunks, length);
}
