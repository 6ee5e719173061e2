import type { AttestationError } from '../kernel/errors.js';
import type { DecisionEvent, FailureFacts } from '../ports/events.js';
import type { AttestedRequest } from '../ports/request.js';
import { pathOf } from './exempt.js';
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

/** Tells the user's listener of a decision. Whatever it throws, or rejects with later, changes nothing. */
export function emit(listener: ((event: DecisionEvent) => unknown) | undefined, concluded: Concluded): void {
  if (listener === undefined) return;
  const { request, route, refused } = concluded;
  try {
    const answer = listener({
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
    });
    if (answer instanceof Promise) answer.catch(() => undefined);
  } catch {
    // A log that fails must neither refuse a genuine request nor let a forged one pass.
  }
}

/** The cause is named only where the client has no part in it: it could quote what the client sent. */
function factsOf({ code, stage, message, check, cause }: AttestationError): FailureFacts {
  const beneath = stage === 'unavailable' && cause instanceof Error ? cause.message : undefined;
  return { code, stage, says: message, check, cause: beneath };
}
