import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Attestation } from 'attestkit';
import { protect, rawBody } from 'attestkit/node';
import type { ParserPlace, RouteSpec, ServerSpec, Target } from '../server-spec.js';
import { MalformedBody, parseBody, readStream } from './body.js';
import { listen } from './listen.js';
import { isFor, plainRoutes } from './plain-routes.js';

export const node: Target = {
  name: 'Node',
  fields: 'lines',
  paths: 'as sent',
  http: 1,
  parsers: {
    'all routes': ['after', 'before', 'before with rawBody'],
    'one route': ['after', 'before', 'before with rawBody'],
  },
  start: (spec) => listen(createServer(listenerOf(spec))),
};

type NodeRequest = (IncomingMessage | Http2ServerRequest) & { attestation?: Attestation; parsed?: unknown };
type NodeResponse = ServerResponse | Http2ServerResponse;
type Listener = (request: NodeRequest, response: NodeResponse) => void;

/** The server without a framework: a table of routes, and a listener that catches what they throw. */
export function listenerOf(spec: ServerSpec): Listener {
  const { guard, all, parser } = spec;
  const table = plainRoutes(spec).map((route) => {
    const own = (request: NodeRequest, response: NodeResponse): void =>
      void answer(route, request, response, parser);
    return { route, listener: route.protect === undefined ? own : protect(guard, own, route.protect) };
  });
  const routed: Listener = (request, response) => {
    const { method = '', url = '' } = request;
    const found = table.find(({ route }) => isFor(route, method, url.split('?')[0] ?? ''));
    if (found === undefined) sendJson(response, 404, { error: 'not found' });
    else found.listener(request, response);
  };
  const guarded: Listener = all === undefined ? routed : protect(guard, routed, all);
  if (parser === undefined || parser === 'after') return guarded;
  return (request, response) => void parseFirst(request, response, guarded, parser);
}

async function answer(
  route: RouteSpec,
  request: NodeRequest,
  response: NodeResponse,
  parser: ParserPlace | undefined,
): Promise<void> {
  try {
    if (parser === 'after')
      request.parsed = parseBody(request.headers['content-type'], await readStream(request));
    const { attestation, parsed: body } = request;
    const { status = 200, json } = await route.handle({ attestation, body });
    sendJson(response, status, json);
  } catch {
    sendJson(response, 500, { error: 'internal' });
  }
}

async function parseFirst(
  request: NodeRequest,
  response: NodeResponse,
  next: Listener,
  place: ParserPlace,
): Promise<void> {
  const bytes = await readStream(request);
  if (place === 'before with rawBody') rawBody(request, response, bytes);
  try {
    request.parsed = parseBody(request.headers['content-type'], bytes);
  } catch (error) {
    if (!(error instanceof MalformedBody)) throw error;
    sendJson(response, 400, { error: 'malformed' });
    return;
  }
  next(request, response);
}

function sendJson(response: NodeResponse, status: number, json: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(json));
}
