import type { Decision } from '../ports/decision.js';

/**
 * Hands over a decision as soon as it is there: at once if nothing had to be fetched. The one place where
 * callback frameworks wait; a decision that is promised never rejects.
 *
 * @example
 * whenDecided(guard.check(nodeRequest(req)), (decision) => {
 *   if (decision.outcome === 'refuse') return sendAnswer(res, decision.response);
 *   handle(req, res, decision.results);
 * });
 */
export function whenDecided<R>(
  decision: Decision<R> | Promise<Decision<R>>,
  apply: (decision: Decision<R>) => void,
): void {
  if (decision instanceof Promise) void decision.then(apply);
  else apply(decision);
}
