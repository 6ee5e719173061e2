import { AttestationError, type Inspection } from 'attestkit';
import { KINDS, type Kind } from '../../src/kinds/kinds.js';
import { fuzzTarget } from '../../src/run/fuzz.js';
import type { Outcome } from '../../src/run/outcome.js';
import { createRandom } from '../../src/run/random.js';
import { subject, type Subject } from '../../src/subject/subject.js';

/** Always the same choices. */
const SEED = 1;

/** Fuzzes the sources, with something else instead of some of them; by the mutators with these names alone, if given. */
export function fuzz(kind: Kind, count: number, broken: object = {}, mutators = /^/): Outcome {
  return fuzzSubject(kind, count, { ...subject, ...broken }, mutators);
}

/** The same with any subject. */
export function fuzzSubject(kind: Kind, count: number, given: Subject, mutators = /^/): Outcome {
  const random = createRandom(SEED);
  const target = KINDS[kind].target(given, random);
  const names = target.names.filter((name) => mutators.test(name));
  return fuzzTarget({ ...target, names }, AttestationError, random, count);
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
