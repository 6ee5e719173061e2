import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Attestation } from 'attestkit';
import { deviceEndpoints, protect, rawBody } from 'attestkit/node';
import type { ParserPlace, Reply, RouteSpec, ServerSpec, Target } from '../servers/server-spec.js';
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
    enrollment: ['after', 'before', 'before with rawBody'],
  },
  start: (spec) => listen(createServer(listenerOf(spec))),
};

type NodeRequest = (IncomingMessage | Http2ServerRequest) & { attestation?: Attestation; parsed?: unknown };
type NodeResponse = ServerResponse | Http2ServerResponse;
type Listener = (request: NodeRequest, response: NodeResponse) => unknown;

/** The server without a framework: a table of routes. What they throw is left to the adapter. */
export function listenerOf(spec: ServerSpec): Listener {
  const { guard, all, parser } = spec;
  const table = plainRoutes(spec).map((route) => {
    const own: Listener = (request, response) => answer(route, request, response, parser);
    return { route, listener: route.protect === undefined ? own : protect(guard, own, route.protect) };
  });
  const routed: Listener = (request, response) => {
    const { method = '', url = '' } = request;
    const found = table.find(({ route }) => isFor(route, method, url.split('?')[0] ?? ''));
    if (found === undefined) return sendJson(response, 404, { error: 'not found' });
    return found.listener(request, response);
  };
  const checked: Listener = all === undefined ? routed : protect(guard, routed, all);
  const guarded: Listener =
    spec.enrollment === undefined ? checked : deviceEndpoints(guard, checked, { prefix: spec.enrollment });
  if (parser === undefined || parser === 'after') return guarded;
  return (request, response) => void parseFirst(request, response, guarded, parser);
}

/** What the handler throws at once is thrown at once, unless a body has to be awaited. */
function answer(
  route: RouteSpec,
  request: NodeRequest,
  response: NodeResponse,
  parser: ParserPlace | undefined,
): void | Promise<void> {
  if (parser === 'after') return parseAndAnswer(route, request, response);
  const { attestation, parsed: body } = request;
  const reply = route.handle({ attestation, body });
  if (reply instanceof Promise) return reply.then((settled) => send(settled, response));
  send(reply, response);
}

async function parseAndAnswer(route: RouteSpec, request: NodeRequest, response: NodeResponse): Promise<void> {
  request.parsed = parseBody(request.headers['content-type'], await readStream(request));
  await answer(route, request, response, undefined);
}

function send({ status = 200, json }: Reply, response: NodeResponse): void {
  sendJson(response, status, json);
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
