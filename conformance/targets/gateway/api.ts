import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Attestation, Decision } from 'attestkit';
import { identityLines, identityOf, OPEN } from '../../../packages/gateway/dist/identity/identity.js';
import type { Running, ServerSpec } from '../../servers/server-spec.js';
import { listen } from '../listen.js';
import { listenerOf } from '../node.js';
import { plainRoutes } from '../plain-routes.js';

/** What was decided of the requests that were let through, by the name that the gateway gave them. */
export type Decisions = Map<string, Extract<Decision<Attestation>, { outcome: 'accept' }>>;

/**
 * The API behind: the routes of a server, with nothing that protects them. Its handlers get what the guard has verified of that very request,
 * if the identity that came with it is just that; a request with another identity is answered 599.
 */
export async function startApi(
  specOf: () => ServerSpec,
  decisions: Decisions,
  port: number,
): Promise<Running> {
  const server = createServer((request: IncomingMessage & { attestation?: Attestation }, response) => {
    const decision = decisions.get(String(request.headers['x-request-id']));
    const expected = identityLines(decision === undefined ? OPEN : identityOf(decision));
    if (JSON.stringify(identityIn(request)) !== JSON.stringify(expected))
      return void response.writeHead(599).end(`${identityIn(request).join()} instead of ${expected.join()}`);
    if (decision !== undefined) request.attestation = decision.results;
    void answer(handlersOf(specOf()), request, response);
  });
  // A proxy may be kept for another API: it must not try the connections of this one.
  server.maxRequestsPerSocket = 1;
  return await listen(server, port);
}

const made = new WeakMap<ServerSpec, ReturnType<typeof listenerOf>>();

function handlersOf(spec: ServerSpec): ReturnType<typeof listenerOf> {
  const found = made.get(spec);
  if (found !== undefined) return found;
  const { guard, parser } = spec;
  const routes = plainRoutes(spec).map(({ protect: _protect, ...route }) => route);
  const handlers = listenerOf({ guard, routes, ...(parser && { parser }) });
  made.set(spec, handlers);
  return handlers;
}

/** What the handler throws is the API's own failure. */
async function answer(
  serve: ReturnType<typeof listenerOf>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    await serve(request, response);
  } catch {
    response.writeHead(500).end();
  }
}

/** In the order in which the gateway says it. Proxies have an order of their own. */
function identityIn({ rawHeaders }: IncomingMessage): readonly string[] {
  const names = identityLines(OPEN).filter((_, at) => at % 2 === 0);
  return names.flatMap((name) => [
    name,
    ...rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === name.toLowerCase()),
  ]);
}
