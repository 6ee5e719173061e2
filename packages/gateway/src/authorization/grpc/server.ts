import {
  constants,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { ask, tellFault, type AskContext, type AskedLive } from '../ask.js';
import { requestIdOf } from '../../http/request-id.js';
import { isPeer } from '../peer.js';
import { fault } from '../question.js';
import { CallError, readMessage, sendError, sendMessage, STATUS, timeoutOf } from './call.js';
import { readCheck, type Check } from './check-request.js';
import { writeCheck } from './check-response.js';

const METHOD = '/envoy.service.auth.v3.Authorization/Check';

/** Calls of one connection that are under way at the same time. Envoy waits with more. */
const MOST_STREAMS = 128;

/** A server that is closed as those of HTTP/1.1 are. */
export interface GrpcServer extends Http2Server {
  closeIdleConnections(): void;
  closeAllConnections(): void;
}

/** A server of Envoy's `Authorization` service, by gRPC over HTTP/2 without TLS. */
export function grpcServer(context: AskContext): GrpcServer {
  const sessions = new Set<ServerHttp2Session>();
  const server = createServer({
    settings: { maxConcurrentStreams: MOST_STREAMS, maxHeaderListSize: 16_384, enablePush: false },
    maxSessionMemory: 64,
  });
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  // One that fails is closed, and says nothing that the log needs.
  server.on('sessionError', () => undefined);
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    stream.on('error', () => undefined);
    context.use((live) => serve(stream, headers, live, context));
  });
  return Object.assign(server, {
    closeIdleConnections: () => {
      // Tells the client to call elsewhere, and waits for the calls that are under way.
      for (const session of sessions) session.close();
    },
    closeAllConnections: () => {
      for (const session of sessions) session.destroy();
    },
  });
}

async function serve(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  live: AskedLive,
  context: AskContext,
): Promise<void> {
  let late: NodeJS.Timeout | undefined;
  try {
    const refused = statusOf(stream, headers, live, context);
    if (refused !== undefined) return void stream.respond({ ':status': refused }, { endStream: true });
    if (headers[':path'] !== METHOD) throw new CallError(STATUS.unimplemented, 'there is only Check');
    const expired = new CallError(STATUS.deadlineExceeded, 'too late');
    late = setTimeout(() => finish(stream, () => sendError(stream, expired)), timeoutOf(headers));
    const message = await readMessage(stream);
    const { peers } = live;
    const { requestIdsByProxy } = context;
    const { requestId, read } =
      message === undefined ? tooLarge() : readCheck(message, { peers, requestIdsByProxy });
    const reply = await ask(read, 'ext-authz-grpc', requestId, live, context);
    sendMessage(stream, writeCheck(reply));
  } catch (error) {
    if (error instanceof CallError) finish(stream, () => sendError(stream, error));
    else stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  } finally {
    clearTimeout(late);
  }
}

/** A refusal, and not an error: a client must not choose that Envoy takes it for a failure. */
function tooLarge(): Check {
  return { requestId: requestIdOf([], false), read: fault(413, 'a CheckRequest that is too large') };
}

/** What is refused before it is a call of gRPC. */
function statusOf(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  live: AskedLive,
  context: AskContext,
): 403 | 405 | 415 | undefined {
  if (!isPeer(stream.session?.socket.remoteAddress, live, context)) {
    const says = 'a question by an address that authorization.trustedPeers does not list';
    tellFault(fault(403, says), requestIdOf([], false), context);
    return 403;
  }
  if (headers[':method'] !== 'POST') return 405;
  return /^application\/grpc(?:\+proto)?(?:;|$)/.test(headers['content-type'] ?? '') ? undefined : 415;
}

/** Ends a call of which more may come, which is not read. */
function finish(stream: ServerHttp2Stream, answer: () => void): void {
  answer();
  stream.close(constants.NGHTTP2_NO_ERROR);
}
