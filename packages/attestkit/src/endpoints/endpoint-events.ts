import { factsOf, pathOf } from '../guard/internal.js';
import type { AttestationError } from '../kernel/errors.js';
import type { DeviceEvent, EndpointEvent, GuardEvent, SessionEvent } from '../ports/events.js';
import type { AttestedRequest } from '../ports/request.js';
import type { EndedSession, Issued } from '../sessions/internal.js';

/** One use of an endpoint, once it is decided. */
export interface Concluded {
  readonly endpoint: string;
  readonly request: AttestedRequest;
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly durationMs: number;
  readonly status: number;
  readonly error: AttestationError | undefined;
  /** Keyed hashes. */
  readonly address: string | undefined;
  readonly device: string | undefined;
  readonly issued: Issued | undefined;
  /** The session that ended: at `revoke`, or because its refresh token came a second time. */
  readonly ended: EndedSession | undefined;
}

/** What a listener is told of one use of an endpoint: of the request, then of the device, then of the session. */
export function eventsOf(concluded: Concluded): readonly GuardEvent[] {
  return [endpointEvent(concluded), ...deviceEvents(concluded), ...sessionEvents(concluded)];
}

function endpointEvent(concluded: Concluded): EndpointEvent {
  const { endpoint, request, requestId, at, durationMs, status, error, address, device, issued } = concluded;
  return {
    type: 'endpoint',
    at,
    durationMs,
    requestId,
    endpoint,
    method: request.method,
    path: pathOf(request.target),
    outcome: error === undefined ? 'accepted' : 'refused',
    code: error?.code,
    stage: error?.stage,
    status,
    refused: error && factsOf(error),
    device,
    address,
    app: issued?.app,
    evidence: issued?.kind,
    session: issued?.sessionId,
    retried: issued?.retried === true,
    notes: issued?.notes ?? [],
  };
}

function deviceEvents({ at, requestId, device, issued }: Concluded): readonly DeviceEvent[] {
  if (issued?.change === undefined) return [];
  const { change, proof, recordId, key, kind: evidence, app } = issued;
  return [{ type: 'device', at, requestId, change, device, recordId, key, proof, evidence, app }];
}

function sessionEvents({
  endpoint,
  at,
  requestId,
  device,
  issued,
  error,
  ended,
}: Concluded): readonly SessionEvent[] {
  const begun = endpoint === 'refresh' ? undefined : issued;
  const about = ended ?? begun;
  if (about === undefined) return [];
  const change = ended === undefined ? 'begun' : error === undefined ? 'ended' : 'reused';
  const { recordId, sessionId: session } = about;
  return [{ type: 'session', at, requestId, change, device, recordId, session }];
}
