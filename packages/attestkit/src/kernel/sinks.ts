import type { CheckDef, CheckReport, Checks, Inspection } from '../ports/checks.js';
import { wordsOf, NOT_ASKED } from './asked.js';
import { CertificatePlace } from './asn1/certificate-place.js';
import { AttestationError } from './errors.js';
import { Explanation } from './explanation.js';

/** The verifier's sink: the first check that does not hold ends the verification. */
export const enforcing: Checks = {
  holds(check, held, actual, _expected, mistake) {
    if (held) return;
    if (mistake !== undefined) throw new AttestationError(check, { cause: new Explanation(mistake) });
    // The error carries the place in a chain, and nothing else that was found.
    throw new AttestationError(check, actual instanceof CertificatePlace ? { cause: actual } : {});
  },
};

/**
 * Asserts a check without which the next line cannot be read: ends the verification with either sink.
 *
 * @param actual what was found if there is no value
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
 * `run` gets the sink, and a callback that takes the values that were read so far.
 */
export function inspecting<R>(run: (checks: Checks, read: (partial: R) => void) => R): Inspection<R> {
  const reports: CheckReport[] = [];
  let known: R | undefined;
  const recording: Checks = {
    holds(check, held, actual, expected, mistake) {
      reports.push(report(check, held, { actual, expected, mistake }));
    },
  };
  try {
    known = run(recording, (partial) => {
      known = partial;
    });
  } catch (error) {
    if (!(error instanceof AttestationError)) throw error;
    if (reports.at(-1)?.code !== error.code) reports.push(reportOf(error));
  }
  const failed = reports.find((each) => !each.ok);
  if (failed === undefined) return { verdict: 'pass', checks: reports, result: known as R };
  const facts = { verdict: 'fail', code: failed.code, checks: reports } as const;
  return known === undefined ? facts : { ...facts, unverified: known };
}

interface Values {
  readonly actual?: unknown;
  readonly expected?: unknown;
  readonly mistake?: string | undefined;
}

function report(check: CheckDef, ok: boolean, { actual, expected, mistake }: Values): CheckReport {
  const { name, code, spec } = check;
  const found = actual === undefined ? [] : [`found ${wordsOf(actual)}`];
  const wanted = expected === undefined || expected === NOT_ASKED ? [] : [`expected ${wordsOf(expected)}`];
  const values = [...found, ...wanted].join(', ');
  if (ok && expected === NOT_ASKED)
    return { name, code, spec, ok, detail: ['not asked', ...found].join('; ') };
  if (ok) return { name, code, spec, ok, detail: values };
  const said = values === '' ? check.says : `${check.says}: ${values}`;
  return {
    name,
    code,
    spec,
    ok,
    detail: mistake === undefined ? said : `${said}. Likely mistake: ${mistake}`,
  };
}

/** Of a check that threw by itself. */
function reportOf({ check, cause }: AttestationError): CheckReport {
  return report(check, false, { mistake: cause instanceof Explanation ? cause.message : undefined });
}
