import type { Attestation } from '../ports/attestation.js';
import type { Decision } from '../ports/decision.js';

/**
 * A promised decision that says so if it is taken for the decision itself. Without it, `guard.check(request).outcome ===
 * 'refuse'` is false as long as the store is asked, and lets everybody pass.
 */
export function mustBeAwaited(promise: Promise<Decision<Attestation>>): Promise<Decision<Attestation>> {
  return Object.defineProperty(promise, 'outcome', { get: complain });
}

function complain(): never {
  throw new TypeError(
    'guard.check returned a promise, which was not awaited: let a request pass only if the awaited outcome is accept',
  );
}
