import { CertificatePlace } from '../kernel/certificate-place.js';
import type { AttestationError } from '../kernel/errors.js';
import type { DecisionEvent, FailureFacts } from '../ports/events.js';
import type { AttestedRequest } from '../ports/request.js';
import { pathOf } from './exempt.js';
import { quietly } from './quietly.js';
import type { Route } from './route.js';

interface Concluded {
  readonly request: AttestedRequest;
  readonly route: Route;
  readonly results: Readonly<Record<string, unknown>>;
  readonly reported: readonly AttestationError[];
  readonly met: readonly string[];
  readonly skipped: readonly string[];
  readonly refused?: AttestationError;
  readonly status?: number;
  readonly exempt?: 'excluded' | 'preflight';
}

/** Tells the user's listener of a decision. */
export function emit(listener: ((event: DecisionEvent) => unknown) | undefined, concluded: Concluded): void {
  if (listener !== undefined) quietly(() => listener(eventOf(concluded)));
}

function eventOf(concluded: Concluded): DecisionEvent {
  const { request, route, refused } = concluded;
  return {
    outcome: refused === undefined ? 'accept' : 'refuse',
    route: route.name,
    method: request.method,
    path: pathOf(request.target),
    enforcement: route.enforcement,
    verified: Object.keys(concluded.results),
    asked: route.asked,
    refused: refused && factsOf(refused),
    reported: concluded.reported.map(factsOf),
    met: concluded.met,
    skipped: concluded.skipped,
    status: concluded.status,
    exempt: concluded.exempt,
  };
}

export function factsOf(error: AttestationError): FailureFacts {
  const { code, stage, message, check } = error;
  return { code, stage, says: message, check, cause: beneath(error) };
}

/**
 * What lay beneath an outage, or where in a chain of certificates a check failed. The message of an unexpected error can quote what the client sent, as those of
 * `JSON.parse` do: of such a one only its name and the place it was thrown.
 */
function beneath({ stage, check, cause }: AttestationError): string | undefined {
  if (cause instanceof CertificatePlace) return cause.message;
  if (stage !== 'unavailable' || !(cause instanceof Error)) return undefined;
  if (check.unexpected !== true) return cause.message;
  const head = `${cause.name}: ${cause.message}\n`;
  const { stack = '' } = cause;
  const place = stack.startsWith(head) ? stack.slice(head.length).split('\n', 1)[0]?.trim() : undefined;
  return place === undefined ? cause.name : `${cause.name} ${place}`;
}
