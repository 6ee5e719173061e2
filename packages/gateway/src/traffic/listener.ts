import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Answer, AttestedRequest } from 'attestkit';
import type { GatewayEvent } from '../events.js';
import { linesOf } from '../http/lines.js';
import { named, requestIdOf } from '../http/request-id.js';
import { clientAddress } from '../http/trust.js';
import { judge, type Judged } from '../judge.js';
import { isFault, readHead, type Head } from './head.js';
import type { Live } from './live.js';
import { outgoingLines } from './outgoing.js';
import type { Ended } from './relay.js';
import { guardRequest } from './request.js';
import type { Upstream } from './upstreams.js';
import { expecting, responding, upgrading, type Way } from './way.js';

/** What the listener of the traffic works with. */
export interface TrafficContext {
  /** Runs work with the configuration of this moment, which stays until the work has ended. */
  readonly use: (work: (live: Live) => Promise<void>) => void;
  readonly scheme: 'http' | 'https';
  /** On a unix socket, whose peers have no address: they are proxies. */
  readonly isLocal: boolean;
  readonly isDraining: () => boolean;
  readonly onEvent: (event: GatewayEvent) => void;
  readonly now: () => number;
}

/** Connections on which nothing more is read. */
const spoiled = new WeakSet<object>();

export interface TrafficListeners {
  readonly request: (req: IncomingMessage, res: ServerResponse) => void;
  readonly checkContinue: (req: IncomingMessage, res: ServerResponse) => void;
  readonly upgrade: (req: IncomingMessage, socket: Duplex, early: Buffer) => void;
  readonly expectation: (req: IncomingMessage, res: ServerResponse) => void;
  readonly connect: (req: IncomingMessage, socket: Duplex) => void;
}

/** Requests of a connection that wait for their answers: pipelined ones. */
const unanswered = new WeakMap<object, { count: number }>();
const MOST_UNANSWERED = 16;

/** Counts a request. A connection with more than a client needs is cut off. */
function isWithin({ socket }: IncomingMessage, res: ServerResponse): boolean {
  let waiting = unanswered.get(socket);
  if (waiting === undefined) {
    waiting = { count: 0 };
    unanswered.set(socket, waiting);
    // Each has its own listeners.
    socket.setMaxListeners(8 * MOST_UNANSWERED);
  }
  if (waiting.count >= MOST_UNANSWERED) {
    spoiled.add(socket);
    socket.destroy();
    return false;
  }
  waiting.count += 1;
  res.once('close', () => (waiting.count -= 1));
  return true;
}

/** Judge each request and upgrade, and send it on or answer it. Total: what fails here is answered by 503. */
export function trafficListeners(context: TrafficContext): TrafficListeners {
  const serve = (req: IncomingMessage, way: Way): void => {
    if (spoiled.has(req.socket)) return;
    // The client has reset the connection: its address is gone.
    if (!context.isLocal && req.socket.remoteAddress === undefined) return void req.socket.destroy();
    context.use(async (live) => {
      const { remoteAddress } = req.socket;
      const isOurs = remoteAddress !== undefined && live.trusted.has(remoteAddress);
      const requestId = requestIdOf(isOurs ? linesOf(req.rawHeaders, 'x-request-id') : [], isOurs);
      const fault = (status: number, says: string): void => {
        context.onEvent({ type: 'fault', at: context.now(), requestId, status, says });
        // What follows on this connection may be taken for another request: also what has arrived with it.
        spoiled.add(req.socket);
        way.answer(withId(plain(status), requestId), true);
      };
      try {
        await handle(req, way, live, requestId, fault, context);
      } catch (error) {
        fault(503, `an error of the gateway itself: ${error instanceof Error ? error.name : typeof error}`);
      }
    });
  };
  return {
    request: (req, res) => {
      if (isWithin(req, res))
        serve(
          req,
          responding(req, res, () => undefined, context.isDraining),
        );
    },
    checkContinue: (req, res) => {
      let isInvited = false;
      const invite = (): void => {
        if (!isInvited && !res.headersSent) res.writeContinue();
        isInvited = true;
      };
      if (isWithin(req, res)) serve(req, responding(req, res, invite, context.isDraining));
    },
    upgrade: (req, socket, early) => {
      // Behind a request without an answer, that answer would go into the tunnel.
      if ((unanswered.get(req.socket)?.count ?? 0) > 0) socket.destroy();
      else serve(req, upgrading(req, socket, early));
    },
    // Any expectation but `100-continue` (RFC 9110 §10.1.1).
    expectation: (req, res) => {
      if (isWithin(req, res))
        serve(req, expecting(responding(req, res, () => undefined, context.isDraining)));
    },
    // No head of this method is passed on: the answer is 405.
    connect: (req, socket) => serve(req, upgrading(req, socket, Buffer.alloc(0))),
  };
}

const JWKS = '/.well-known/attestkit/jwks.json';
/** The keys of result tokens. */
const RESULT_KEYS = '/.well-known/attestkit/results.json';

async function handle(
  req: IncomingMessage,
  way: Way,
  live: Live,
  requestId: string,
  fault: (status: number, says: string) => void,
  context: TrafficContext,
): Promise<void> {
  const head = readHead(req);
  if (isFault(head)) return fault(head.status, head.says);
  const faultOfWay = way.fault(head);
  if (faultOfWay !== undefined) return fault(400, faultOfWay);
  const forwarded = linesOf(req.rawHeaders, 'x-forwarded-for');
  const address = clientAddress(req.socket.remoteAddress, forwarded, live.trusted);
  const request = named(guardRequest(req, head, address, way.invite), requestId);
  const answer = (given: Answer): void => way.answer(withId(given, requestId), false);
  if (live.signer !== undefined && head.target.path === RESULT_KEYS) return answer(json(live.signer.keys));
  const endpoint = endpointOf(head, live);
  if (endpoint !== undefined) return answer(await (live.guard.answer(request, endpoint) ?? plain(404)));
  const { method, host, target } = head;
  const judged = await judge(request, { method, host, target }, live);
  if (judged.outcome === 'ambiguous') return fault(400, 'a target that can be read in several ways');
  if (judged.outcome === 'refuse') return answer(judged.response);
  if (head.isAuthorizedTwice) return fault(400, 'more than one Authorization line');
  const name = judged.rule.upstream;
  const upstream = name === undefined ? undefined : live.upstreams.get(name);
  if (name === undefined || upstream === undefined) return answer(plain(404));
  const passage = { req, request, way, head, live, address, requestId };
  const ended = await passOn(passage, judged, upstream, name, context);
  if (ended.outcome === 'failed') answer(plain(ended.status));
}

/** One request on its way through. */
interface Passage {
  readonly req: IncomingMessage;
  readonly request: AttestedRequest;
  readonly way: Way;
  readonly head: Head;
  readonly live: Live;
  readonly address: string;
  readonly requestId: string;
}

async function passOn(
  { req, request, way, head, live, address, requestId }: Passage,
  { rule, identity, caching, isBodyChecked }: Extract<Judged, { outcome: 'accept' }>,
  upstream: Upstream,
  name: string,
  { scheme, onEvent, now }: TrafficContext,
): Promise<Ended> {
  const token = live.signer?.tokenFor({
    identity,
    audience: live.audienceOf(name),
    requestId,
    method: head.method,
    url: `${scheme}://${head.authority}${head.target.path}`,
    body: isBodyChecked ? await request.body?.() : undefined,
  });
  const told = { identity, token, requestId, address, scheme, authority: head.authority };
  const lines = outgoingLines(req.rawHeaders, head, live.isEvidence(rule), told);
  const began = performance.now();
  const ended = await way.pass({ upstream, head, lines, timeoutMs: rule.timeoutMs, requestId, caching });
  onEvent({
    type: 'upstream',
    at: now(),
    requestId,
    upstream: name,
    durationMs: performance.now() - began,
    status: ended.outcome === 'answered' ? ended.status : undefined,
    cause: ended.outcome === 'answered' ? undefined : ended.cause,
  });
  return ended;
}

/** Of the device endpoints: the path below theirs. They are the gateway's own, whatever the routes say. */
function endpointOf({ target: { path } }: Head, { devicePath }: Live): string | undefined {
  if (devicePath === undefined) return undefined;
  if (path === JWKS) return '/jwks.json';
  return path.startsWith(`${devicePath}/`) ? path.slice(devicePath.length) : undefined;
}

function withId({ status, headers, body }: Answer, requestId: string): Answer {
  return { status, headers: { ...headers, 'x-request-id': requestId }, body };
}

function json(value: object): Answer {
  const headers = { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' };
  return { status: 200, headers, body: JSON.stringify(value) };
}

function plain(status: number): Answer {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  return { status, headers: status === 503 ? { ...headers, 'retry-after': '5' } : headers, body: '{}' };
}
