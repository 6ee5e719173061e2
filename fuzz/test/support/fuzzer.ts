import { AttestationError, type Inspection } from 'attestkit';
import type { Kind } from '../../src/kinds/kinds.js';
import { fuzz as run } from '../../src/run/fuzz.js';
import type { Outcome } from '../../src/run/outcome.js';
import { subject } from '../../src/subject/subject.js';

/** Always the same choices. */
const SEED = 1;

/** Fuzzes the sources, with something else instead of some of them. */
export function fuzz(kind: Kind, count: number, broken: object = {}): Outcome {
  return run(kind, { ...subject, ...broken }, SEED, count);
}

type Verify<Expected, Result> = (given: never, expected: Expected) => Result;
type Inspect<Expected, Result> = (given: never, expected: Expected) => Inspection<Result>;

/** A verifier that leaves out one of its checks, and has all the others. */
export function skipping<Expected, Result>(
  code: string,
  verify: Verify<Expected, Result>,
  inspect: Inspect<Expected, Result>,
): Verify<Expected, Result> {
  return (given, expected) => {
    try {
      return verify(given, expected);
    } catch (error) {
      if (!(error instanceof AttestationError) || error.code !== code) throw error;
      const failed = inspect(given, expected).checks.filter(({ ok }) => !ok);
      if (failed.every((check) => check.code === code)) return {} as Result;
      throw error;
    }
  };
}

/** An inspector that gives every failure another code. */
export function otherCode<Expected, Result>(inspect: Inspect<Expected, Result>): Inspect<Expected, Result> {
  return (given, expected) => {
    const inspection = inspect(given, expected);
    return inspection.verdict === 'pass' ? inspection : { ...inspection, code: 'ERR_OTHER' };
  };
}
