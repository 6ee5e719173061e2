import type { Attestation } from 'attestkit';
import { deviceEndpoints, protect } from 'attestkit/web';
import type { ParserPlace, RouteSpec, ServerSpec } from '../servers/server-spec.js';
import { MalformedBody, parseBody } from './body.js';
import { isFor, plainRoutes } from './plain-routes.js';

/** A server as the fetch standard knows one. */
export type FetchHandler = (request: Request) => Promise<Response>;

/** What a parser in front of the guard made of the body. */
interface Parsed {
  readonly body: unknown;
}

type Handler = (request: Request, attestation: Attestation | undefined, parsed: Parsed) => Promise<Response>;

/** The server without a framework, for any runtime that speaks fetch. */
export function fetchHandler(spec: ServerSpec): FetchHandler {
  const { guard, all, parser } = spec;
  const guarded = (handler: Handler, options: ServerSpec['all']): Handler => {
    if (options === undefined) return handler;
    const handle = protect(guard, handler, options);
    return (request, _attestation, parsed) => handle(request, parsed);
  };
  const table = plainRoutes(spec).map((route) => ({
    route,
    handle: guarded((...seen) => answer(route, parser, ...seen), route.protect),
  }));
  const routed: Handler = async (request, attestation, parsed) => {
    const { pathname } = new URL(request.url);
    const found = table.find(({ route }) => isFor(route, request.method, pathname));
    if (found === undefined) return Response.json({ error: 'not found' }, { status: 404 });
    return found.handle(request, attestation, parsed);
  };
  const handle = guarded(routed, all);
  // What it is differs from runtime to runtime; here nothing hangs on it.
  const address = (): undefined => undefined;
  const endpoints =
    spec.enrollment === undefined ? undefined : deviceEndpoints(guard, { prefix: spec.enrollment, address });
  return async (request) => {
    try {
      const body = parser === 'before' ? await parse(request) : undefined;
      return await (endpoints?.(request) ?? handle(request, undefined, { body }));
    } catch (error) {
      return Response.json({}, { status: error instanceof MalformedBody ? 400 : 500 });
    }
  };
}

async function answer(
  route: RouteSpec,
  parser: ParserPlace | undefined,
  request: Request,
  attestation: Attestation | undefined,
  parsed: Parsed,
): Promise<Response> {
  const body = parser === 'after' ? await parse(request) : parsed.body;
  const { status = 200, json } = await route.handle({ attestation, body });
  return Response.json(json, { status });
}

async function parse(request: Request): Promise<unknown> {
  const type = request.headers.get('content-type') ?? undefined;
  return parseBody(type, new Uint8Array(await request.arrayBuffer()));
}
