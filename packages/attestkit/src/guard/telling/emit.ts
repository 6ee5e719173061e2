import { appOf } from '../../kernel/app-facts.js';
import { CertificatePlace } from '../../kernel/asn1/certificate-place.js';
import { AttestationError } from '../../kernel/errors.js';
import { Explanation } from '../../kernel/explanation.js';
import type { Enforcement } from '../../ports/decision.js';
import type { DecisionEvent, FailureFacts, GuardEvent, Outcome } from '../../ports/events.js';
import type { AttestedRequest } from '../../ports/request.js';
import { addressOf, deviceOf } from '../enforcement.js';
import { pathOf } from '../exempt.js';
import { quietly } from '../quietly.js';
import type { ReadyRoute } from '../route.js';

/** Findings on the way to a decision. */
interface Found {
  readonly request: AttestedRequest;
  readonly route: ReadyRoute;
  /** By the guard's clock. */
  readonly now: number;
  /** By the monotonic clock. */
  readonly startedAt: number;
  readonly reported: readonly AttestationError[];
  readonly met: readonly string[];
  readonly skipped: readonly string[];
}

/** The decision. It stands apart: to copy it into one object with the findings took longer than all else about the event. */
interface Conclusion {
  /** Of a share: the side of this client. */
  readonly enforcement: Enforcement;
  readonly results: Readonly<Record<string, unknown>>;
  readonly refused?: AttestationError;
  readonly status?: number;
  readonly exempt?: 'excluded' | 'preflight';
}

/** The user's listener, if there is one, and how to name to it who it was. */
export interface Telling {
  readonly onEvent: ((event: GuardEvent) => unknown) | undefined;
  /** Names a request in events. */
  readonly requestId: (request: AttestedRequest) => string;
  /** What a request says about itself; undefined without a sign of the app. */
  readonly claimedBy: ((request: AttestedRequest) => DecisionEvent['claimed']) | undefined;
  /** A keyed hash; undefined if the guard has no secret to key it with. */
  readonly pseudonym: ((kind: 'ip' | 'device_id', value: string) => string) | undefined;
}

/** Tells the user's listener of a decision. */
export function emit(telling: Telling, found: Found, conclusion: Conclusion): void {
  const { onEvent } = telling;
  if (onEvent !== undefined) quietly(() => onEvent(eventOf(found, conclusion, telling)));
}

function eventOf(
  found: Found,
  conclusion: Conclusion,
  { pseudonym, requestId, claimedBy }: Telling,
): DecisionEvent {
  const { request, route, reported } = found;
  const { results, refused } = conclusion;
  const failure = refused ?? reported[0];
  const hashed = (kind: 'ip' | 'device_id', value: string | undefined): string | undefined =>
    value === undefined ? undefined : pseudonym?.(kind, value);
  return {
    type: 'decision',
    at: found.now,
    durationMs: performance.now() - found.startedAt,
    requestId: requestId(request),
    route: route.name,
    method: request.method,
    path: pathOf(request.target),
    outcome: outcomeOf(found, conclusion),
    code: failure?.code,
    stage: failure?.stage,
    enforcement: conclusion.enforcement,
    address: hashed('ip', addressOf(request)),
    device: hashed('device_id', deviceOf(results)),
    app: Object.values(results)
      .map(appOf)
      .find((app) => app !== undefined),
    evidence: Object.keys(results),
    kinds: route.asked,
    refused: refused && factsOf(refused),
    reported: reported.map(factsOf),
    demandsMet: found.met,
    demandsSkipped: found.skipped,
    status: conclusion.status,
    exempt: conclusion.exempt,
    claimed: claimedBy?.(request),
  };
}

function outcomeOf({ reported }: Found, { refused, exempt }: Conclusion): Outcome {
  if (refused !== undefined) return 'refused';
  if (exempt !== undefined) return 'open';
  return reported.length > 0 ? 'reported' : 'accepted';
}

export function factsOf(error: AttestationError): FailureFacts {
  const { code, stage, message, check } = error;
  return { code, stage, says: message, check, cause: beneath(error) };
}

/**
 * What explains a refusal or says where in a chain it was, the code of another refusal that led to it, or what caused an outage. The message of an
 * unexpected error can quote what the client sent, as those of `JSON.parse` do: of such an error only its name and the
 * place in the code.
 */
function beneath({ stage, check, cause }: AttestationError): string | undefined {
  if (cause instanceof Explanation || cause instanceof CertificatePlace) return cause.message;
  if (cause instanceof AttestationError) return cause.code;
  if (stage !== 'unavailable' || !(cause instanceof Error)) return undefined;
  if (check.unexpected !== true) return cause.message;
  const head = `${cause.name}: ${cause.message}\n`;
  const { stack = '' } = cause;
  const place = stack.startsWith(head) ? stack.slice(head.length).split('\n', 1)[0]?.trim() : undefined;
  return place === undefined ? cause.name : `${cause.name} ${place}`;
}
