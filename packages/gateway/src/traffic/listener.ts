import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from 'attestkit';
import { sendAnswer } from 'attestkit/node';
import type { GatewayEvent } from '../events.js';
import { linesOf } from '../http/lines.js';
import { named, requestIdOf } from '../http/request-id.js';
import { clientAddress } from '../http/trust.js';
import { judge, type Judged } from '../judge.js';
import { isFault, readHead, type Head } from './head.js';
import type { Live } from './live.js';
import { outgoingLines } from './outgoing.js';
import { relay } from './relay.js';
import { guardRequest } from './request.js';

/** What the listener of the traffic works with. */
export interface TrafficContext {
  readonly current: () => Live;
  readonly scheme: 'http' | 'https';
  readonly onEvent: (event: GatewayEvent) => void;
  readonly now: () => number;
}

/** One request on its way through. */
interface Passage {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly head: Head;
  readonly live: Live;
  readonly address: string;
  readonly requestId: string;
}

const JWKS = '/.well-known/attestkit/jwks.json';

/** Judges each request and sends it on, or answers it. Total: what fails here is answered by 503. */
export function trafficListener(
  context: TrafficContext,
): (req: IncomingMessage, res: ServerResponse) => void {
  return (req, res) => {
    const live = context.current();
    const { remoteAddress } = req.socket;
    const isOurs = remoteAddress !== undefined && live.trusted.has(remoteAddress);
    const requestId = requestIdOf(linesOf(req.rawHeaders, 'x-request-id'), isOurs);
    handle(req, res, live, requestId, context).catch((error: unknown) => {
      const says = `an error of the gateway itself: ${error instanceof Error ? error.name : typeof error}`;
      context.onEvent({ type: 'fault', at: context.now(), requestId, status: 503, says });
      if (res.headersSent) res.destroy();
      else answer(res, plain(503), requestId);
    });
  };
}

async function handle(
  req: IncomingMessage,
  res: ServerResponse,
  live: Live,
  requestId: string,
  context: TrafficContext,
): Promise<void> {
  const refuse = (status: number, says: string): void => {
    context.onEvent({ type: 'fault', at: context.now(), requestId, status, says });
    // What follows on this connection may be taken for another request.
    res.shouldKeepAlive = false;
    answer(res, plain(status), requestId);
  };
  const head = readHead(req);
  if (isFault(head)) return refuse(head.status, head.says);
  const address = clientAddress(
    req.socket.remoteAddress,
    linesOf(req.rawHeaders, 'x-forwarded-for'),
    live.trusted,
  );
  const passage: Passage = { req, res, head, live, address, requestId };
  const request = named(guardRequest(req, head, address), requestId);
  const endpoint = endpointOf(head, live);
  if (endpoint !== undefined)
    return answer(res, await (live.guard.answer(request, endpoint) ?? plain(404)), requestId);
  const { method, host, target } = head;
  const judged = await judge(request, { method, host, target }, live);
  if (judged.outcome === 'ambiguous') return refuse(400, 'a target that can be read in several ways');
  if (judged.outcome === 'refuse') return answer(res, judged.response, requestId);
  await passOn(passage, judged, context);
}

async function passOn(
  { req, res, head, live, address, requestId }: Passage,
  { rule, identity, caching }: Extract<Judged, { outcome: 'accept' }>,
  { scheme, onEvent, now }: TrafficContext,
): Promise<void> {
  const name = rule.upstream;
  const upstream = name === undefined ? undefined : live.upstreams.get(name);
  if (name === undefined || upstream === undefined) return answer(res, plain(404), requestId);
  const told = { identity, token: undefined, requestId, address, scheme, authority: head.authority };
  const began = performance.now();
  const ended = await relay(
    {
      upstream,
      method: head.method,
      target: head.target.raw,
      lines: outgoingLines(req.rawHeaders, head, live.isEvidence(rule), told),
      body: head.hasBody ? req : undefined,
      timeoutMs: rule.timeoutMs,
      requestId,
      caching,
    },
    res,
  );
  onEvent({
    type: 'upstream',
    at: now(),
    requestId,
    upstream: name,
    durationMs: performance.now() - began,
    status: ended.outcome === 'answered' ? ended.status : undefined,
    cause: ended.outcome === 'answered' ? undefined : ended.cause,
  });
  if (ended.outcome === 'failed') answer(res, plain(ended.status), requestId);
}

/** Of the device endpoints: the path below theirs. They are the gateway's own, whatever the routes say. */
function endpointOf({ target: { path } }: Head, { devicePath }: Live): string | undefined {
  if (devicePath === undefined) return undefined;
  if (path === JWKS) return '/jwks.json';
  return path.startsWith(`${devicePath}/`) ? path.slice(devicePath.length) : undefined;
}

function answer(res: ServerResponse, { status, headers, body }: Answer, requestId: string): void {
  sendAnswer(res, { status, headers: { ...headers, 'x-request-id': requestId }, body });
}

function plain(status: number): Answer {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  return { status, headers: status === 503 ? { ...headers, 'retry-after': '5' } : headers, body: '{}' };
}
