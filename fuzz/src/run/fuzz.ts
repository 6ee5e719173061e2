// Why this exists: one run makes mutants from one seed, verifies each, and stops at the first that breaks a rule.
import { KINDS, type Kind } from '../kinds/kinds.js';
import type { Target } from '../rules/mutant.js';
import { brokenRule, codeOf, MOST_MILLISECONDS, slowness, type ErrorClass } from '../rules/rules.js';
import type { Subject } from '../subject/subject.js';
import { countMutant, emptyOutcome, type Outcome } from './outcome.js';
import { createRandom, type Random } from './random.js';

/** Milliseconds since some moment; `performance` unless a test sets the time. */
interface Clock {
  now(): number;
}

/** Verifies `count` mutants of one kind; the same seed makes the same choices. */
export function fuzz(kind: Kind, subject: Subject, seed: number, count: number): Outcome {
  const random = createRandom(seed);
  return fuzzTarget(KINDS[kind].target(subject, random), subject.AttestationError, random, count);
}

/** The same for any target. */
export function fuzzTarget(
  target: Target,
  errors: ErrorClass,
  random: Random,
  count: number,
  clock: Clock = performance,
): Outcome {
  const outcome = emptyOutcome(target.about, target.names);
  for (let index = 0; index < count; index += 1) {
    const mutator = random.pick(target.names);
    const mutant = target.make(mutator);
    const { length } = mutant;
    const [code, milliseconds] = timed(() => codeOf(errors, mutant.verify), clock);
    const why = code === 'accepted' ? mutant.mayBeAccepted() : undefined;
    countMutant(outcome, mutator, code, why);
    if (milliseconds > outcome.slowest.milliseconds) outcome.slowest = { milliseconds, mutator, length };

    // A busy machine is no fault of the verifier: a slow mutant is reported, and the run goes on.
    const slow = slowness(milliseconds);
    if (slow !== undefined) {
      outcome.over50 += 1;
      outcome.slow ??= { index, mutator, rule: slow, ...mutant.shown() };
    }
    const rule = brokenRule(errors, mutant, code, why, index);
    if (rule !== undefined) {
      outcome.violation = { index, mutator, rule, ...mutant.shown() };
      return outcome;
    }
  }
  return outcome;
}

/**
 * What `run` gives, and its milliseconds. A slow one is measured up to four times, and one that would break the rule up to
 * twenty times, and the best counts, because the machine does other things too.
 */
function timed(run: () => string, clock: Clock): [string, number] {
  let best = Infinity;
  let given = '';
  for (let tries = 0; tries < 4 ? best > 10 : best > MOST_MILLISECONDS && tries < 20; tries += 1) {
    const started = clock.now();
    given = run();
    best = Math.min(best, clock.now() - started);
  }
  return [given, best];
}
