import { AttestationError } from '../kernel/errors.js';
import { inspecting } from '../kernel/sinks.js';
import type { Inspection } from '../ports/checks.js';
import { appraiseBinding } from './binding.js';
import type { ApproovResult } from './result.js';
import { absenceIn } from './token-field.js';
import { appraiseApproovToken, type ApproovTokenExpectations } from './verify.js';

/**
 * Runs the checks of a token and, where the bytes that it should be bound to are given, those of its binding, all
 * in the order of the catalog. A word that the SDK sends instead of a token fails
 * with the code of the guard. A result that passed says `bound: true` when its binding was checked.
 *
 * @throws ConfigurationError when the expectations make no sense
 */
export function inspectApproov(
  token: string,
  expected: ApproovTokenExpectations,
  boundTo?: Uint8Array,
): Inspection<ApproovResult> {
  const absence = absenceIn(token);
  const inspection = inspecting<ApproovResult>((checks, read) => {
    if (absence !== undefined) throw new AttestationError(absence);
    const result = appraiseApproovToken(token, expected, checks, read);
    if (boundTo !== undefined) appraiseBinding(result.claims['pay'], boundTo, checks);
    return result;
  });
  if (inspection.verdict === 'fail' || boundTo === undefined) return inspection;
  return { ...inspection, result: { ...inspection.result, bound: true } };
}
