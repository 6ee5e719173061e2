import { EvidenceError, inspectEvidence, type InspectOptions } from '../../../src/inspect/index.js';

/** Why evidence cannot be inspected; throws where it was. */
export function problem(evidence: unknown, options?: InspectOptions): EvidenceError {
  try {
    inspectEvidence(evidence, options);
  } catch (error) {
    if (error instanceof EvidenceError) return error;
    throw error;
  }
  throw new Error('it was inspected');
}

/** The codes of the checks that failed, in their order. */
export function failed(report: ReturnType<typeof inspectEvidence>): readonly string[] {
  return report.checks.filter(({ ok }) => !ok).map(({ code }) => code);
}
