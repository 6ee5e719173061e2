import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { sendAnswer } from 'attestkit/node';
import { linesOf } from '../http/lines.js';
import { requestIdOf } from '../http/request-id.js';
import { ask, tellFault, type AskContext, type AskedLive } from './ask.js';
import { authRequest } from './auth-request.js';
import { extAuthz } from './ext-authz.js';
import { forwardAuth } from './forward-auth.js';
import { framingOf } from './body.js';
import { isPeer } from './peer.js';
import { isFault, type Fault } from './question.js';

const CONVENTIONS = [authRequest, forwardAuth, extAuthz];

/** A head of a request, and what a proxy says of it. */
const MOST_HEADER_BYTES = 32_768;

/**
 * A server that answers the questions of proxies. It has no listener for upgrades: Caddy passes those of its client on in the question, which
 * is then a request like any other, and never becomes a WebSocket.
 */
export function questionServer(context: AskContext): Server {
  const server = createServer({
    headersTimeout: 10_000,
    requestTimeout: 60_000,
    // Above the time that proxies keep connections for: they would ask on one that closes. nginx 60 s, Traefik 90 s, Caddy 120 s.
    keepAliveTimeout: 130_000,
    connectionsCheckingInterval: 5000,
    maxHeaderSize: MOST_HEADER_BYTES,
    insecureHTTPParser: false,
  });
  // All lines are counted: Node leaves out what is above its own limit, without a word.
  server.maxHeadersCount = 0;
  const listener = (req: IncomingMessage, res: ServerResponse): void =>
    context.use((live) => answer(req, res, live, context));
  // What the client expects is between it and the proxy: a 100 would reach it before the decision.
  server.on('request', listener).on('checkContinue', listener).on('checkExpectation', listener);
  return server;
}

async function answer(
  req: IncomingMessage,
  res: ServerResponse,
  live: AskedLive,
  context: AskContext,
): Promise<void> {
  const { url = '', rawHeaders } = req;
  const isAsker = isPeer(req.socket.remoteAddress, live, context);
  const requestId = requestIdOf(linesOf(rawHeaders, 'x-request-id'), isAsker);
  const turnAway = (found: Fault): void => {
    tellFault(found, requestId, context);
    res.shouldKeepAlive = false;
    sendAnswer(res, { status: found.status, headers: { 'cache-control': 'no-store' }, body: '' });
  };
  try {
    if (!isAsker)
      return turnAway({
        status: 403,
        says: 'a question by an address that authorization.trustedPeers does not list',
      });
    const convention = CONVENTIONS.find(({ isAsked }) => isAsked(url));
    if (convention === undefined) return turnAway({ status: 404, says: 'a question on an unknown path' });
    const { requestIdsByProxy } = context;
    const read = convention.read(req, { peers: live.peers, requestIdsByProxy });
    // The next question would be taken for a body that does not come.
    if (context.isDraining() || (isFault(read) && framingOf(req) !== 'none')) res.shouldKeepAlive = false;
    const reply = await ask(read, convention.name, requestId, live, context);
    if (reply.outcome === 'accept') {
      res.writeHead(200, convention.accept(reply)).end();
      // What was not read, or was read and put back: the next question comes behind it.
      req.resume();
    } else sendAnswer(res, convention.refuse(reply.answer));
  } catch {
    // Cut off, an answer is a refusal everywhere.
    res.destroy();
  }
}
