import type { CheckDef, CheckReport, Checks, Inspection } from '../ports/checks.js';
import { CertificatePlace } from './certificate-place.js';
import { AttestationError } from './errors.js';

/** The verifier's sink: the first check that does not hold ends the verification. */
export const enforcing: Checks = {
  holds(check, held, actual) {
    if (held) return;
    // Of what was found an error carries nothing but where in a chain it was.
    throw new AttestationError(check, actual instanceof CertificatePlace ? { cause: actual } : {});
  },
};

/**
 * Holds a value to a check without which the next line cannot be read: ends the verification with either sink.
 *
 * @param actual what was found where there is no value
 * @throws AttestationError when `value` is undefined
 */
export function mustRead<T>(checks: Checks, check: CheckDef, value: T | undefined, actual?: unknown): T {
  checks.holds(check, value !== undefined, value === undefined ? actual : undefined);
  if (value === undefined) throw new AttestationError(check);
  return value;
}

/**
 * Runs a verifier's straight line with a sink that records each check and goes on to the next. A check that
 * nothing after it can do without is the last one recorded.
 *
 * `run` gets the sink, and a callback for what has been read so far.
 */
export function inspecting<R>(run: (checks: Checks, read: (partial: R) => void) => R): Inspection<R> {
  const reports: CheckReport[] = [];
  let known: R | undefined;
  const recording: Checks = {
    holds(check, held, actual, expected) {
      reports.push(report(check, held, actual, expected));
    },
  };
  try {
    known = run(recording, (partial) => {
      known = partial;
    });
  } catch (error) {
    if (!(error instanceof AttestationError)) throw error;
    if (reports.at(-1)?.code !== error.code) reports.push(report(error.check, false));
  }
  const failed = reports.find((each) => !each.ok);
  if (failed === undefined) return { verdict: 'pass', checks: reports, result: known as R };
  const facts = { verdict: 'fail', code: failed.code, checks: reports } as const;
  return known === undefined ? facts : { ...facts, unverified: known };
}

function report(check: CheckDef, ok: boolean, actual?: unknown, expected?: unknown): CheckReport {
  const { name, code, spec } = check;
  const found = actual === undefined ? [] : [`found ${JSON.stringify(actual)}`];
  const wanted = expected === undefined ? [] : [`expected ${JSON.stringify(expected)}`];
  const values = [...found, ...wanted].join(', ');
  if (ok) return { name, code, spec, ok, detail: values };
  return { name, code, spec, ok, detail: values === '' ? check.says : `${check.says}: ${values}` };
}
