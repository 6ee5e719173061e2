// @ts-check
// Why this exists: the rules that no mutant may break, held to each of them:
//   1. one that is not genuine is never accepted, unless a second reading finds that nothing but unsigned parts was
//      changed, or (signed with the right key) that what it says is in order;
//   2. what is genuine is accepted;
//   3. nothing but AttestationError escapes the verifier;
//   4. the verifier with a memory, as the guard has it, concludes the same (on every fourth);
//   5. none takes more than 50 milliseconds (counted, since a machine that is busy is no fault of the verifier);
//   6. the inspector's verdict and code are the verifier's (on every sixteenth).
import { appAttestTarget } from './app-attest.js';
import { appCheckTarget } from './app-check.js';
import { approovTarget } from './approov.js';
import { keyAttestationTarget } from './key-attestation.js';
import { keyDescriptionTarget } from './key-description.js';
import { playIntegrityTarget } from './play-integrity.js';
import { createRandom } from './random.js';
import { sessionTarget } from './session.js';
import { verdictTarget } from './verdict.js';

/** @typedef {import('./random.js').Random} Random */
/** @typedef {Pick<typeof import('attestkit'), 'AttestationError'> & import('./approov-corpus.js').Subject & import('./app-attest.js').Subject & import('./session-corpus.js').Subject & import('./key-attestation.js').Subject & import('./key-description.js').Subject & import('./play-integrity.js').Subject & import('./verdict.js').Subject & import('./app-check.js').Subject} Subject the code under test, handed in: the built package, or its sources */
/**
 * @typedef {object} Mutant
 * @property {number} length
 * @property {() => unknown} verify
 * @property {() => unknown} remembering the same, by a verifier that remembers
 * @property {(() => { verdict: 'pass' } | { verdict: 'fail', code: string }) | undefined} inspect
 * @property {() => string | undefined} mayBeAccepted why; undefined where it has to be refused
 * @property {() => boolean} mustBeAccepted
 * @property {() => object} shown all that is needed to verify it again
 */
/** `about`: what the mutants are made from. @typedef {{ about: string, names: readonly string[], make: (mutator: string) => Mutant }} Target */
/** @typedef {{ refused: number, accepted: number }} Tally */
/** @typedef {{ index: number, mutator: string, rule: string } & object} Violation */
/** @typedef {{ milliseconds: number, mutator: string, length: number }} Slowest */
/** @typedef {{ about: string, count: number, tallies: Record<string, Tally>, codes: Record<string, number>, reasons: Record<string, number>, slowest: Slowest, over50: number, slow: Violation | undefined, violation: Violation | undefined }} Outcome */

/** Milliseconds that a mutant may take. */
const MOST = 50;

/** @type {Readonly<Record<string, (subject: Subject, random: Random) => Target>>} */
export const targets = {
  approov: approovTarget,
  attestation: (subject, random) => appAttestTarget('attestation', subject, random),
  assertion: (subject, random) => appAttestTarget('assertion', subject, random),
  receipt: (subject, random) => appAttestTarget('receipt', subject, random),
  session: sessionTarget,
  'key-attestation': keyAttestationTarget,
  'key-description': keyDescriptionTarget,
  'play-integrity': playIntegrityTarget,
  verdict: verdictTarget,
  'app-check': appCheckTarget,
};

/**
 * Makes `count` mutants and verifies each; stops at the first that breaks a rule.
 *
 * @param {string} kind one of the targets @param {Subject} subject @param {number} seed @param {number} count
 * @param {(done: number) => void} [progress] called after every 10,000
 * @returns {Outcome}
 */
export function fuzz(kind, subject, seed, count, progress) {
  const random = createRandom(seed);
  const target = targets[kind]?.(subject, random);
  if (target === undefined) throw new Error(`there is nothing to fuzz that is called ${kind}`);
  /** @type {Outcome} */
  const outcome = {
    about: target.about,
    count: 0,
    tallies: Object.fromEntries(target.names.map((name) => [name, { refused: 0, accepted: 0 }])),
    codes: {},
    reasons: {},
    slowest: { milliseconds: 0, mutator: '', length: 0 },
    over50: 0,
    slow: undefined,
    violation: undefined,
  };

  for (let index = 0; index < count; index += 1) {
    const mutator = random.pick(target.names);
    const mutant = target.make(mutator);
    const [code, milliseconds] = timed(() => outcomeOf(subject, mutant.verify));
    outcome.count += 1;
    if (milliseconds > MOST) {
      outcome.over50 += 1;
      outcome.slow ??= { index, mutator, rule: `it took ${milliseconds.toFixed(1)} ms`, ...mutant.shown() };
    }
    if (milliseconds > outcome.slowest.milliseconds)
      outcome.slowest = { milliseconds, mutator, length: mutant.length };

    const why = code === 'accepted' ? mutant.mayBeAccepted() : undefined;
    const tally = /** @type {Tally} */ (outcome.tallies[mutator]);
    tally[code === 'accepted' ? 'accepted' : 'refused'] += 1;
    outcome.codes[code] = (outcome.codes[code] ?? 0) + 1;
    if (why !== undefined) outcome.reasons[why] = (outcome.reasons[why] ?? 0) + 1;

    const rule =
      brokenBy(mutant, code, why) ??
      (index % 4 === 0
        ? difference('the memory', code, outcomeOf(subject, mutant.remembering))
        : undefined) ??
      (index % 16 === 0 ? difference('inspect', code, inspected(mutant, code)) : undefined);
    if (rule !== undefined) {
      outcome.violation = { index, mutator, rule, ...mutant.shown() };
      return outcome;
    }
    if (outcome.count % 10_000 === 0) progress?.(outcome.count);
  }
  return outcome;
}

/** @param {Mutant} mutant @param {string} code what came of it @param {string | undefined} why */
function brokenBy(mutant, code, why) {
  if (code.startsWith('escaped')) return `something else than AttestationError ${code}`;
  if (code === 'accepted') return why === undefined ? 'it was accepted' : undefined;
  return mutant.mustBeAccepted() ? `it was refused (${code}), and is in order` : undefined;
}

/** @param {string} who @param {string} code @param {string} theirs */
function difference(who, code, theirs) {
  return theirs === code ? undefined : `verify says ${code}, ${who} says ${theirs}`;
}

/**
 * What `run` gives, and its milliseconds: of a slow one the best of four, and of one that would break the rule the best
 * of twenty, since the machine does other things too.
 *
 * @param {() => string} run @returns {[string, number]}
 */
function timed(run) {
  let best = Infinity;
  let given = '';
  for (let tries = 0; tries < 4 ? best > 10 : best > MOST && tries < 20; tries += 1) {
    const started = performance.now();
    given = run();
    best = Math.min(best, performance.now() - started);
  }
  return [given, best];
}

/** @param {Subject} subject @param {() => unknown} verify @returns {string} */
function outcomeOf(subject, verify) {
  try {
    verify();
    return 'accepted';
  } catch (error) {
    return error instanceof subject.AttestationError ? error.code : `escaped: ${String(error)}`;
  }
}

/** @param {Mutant} mutant @param {string} code what there is to say where there is no inspector @returns {string} */
function inspected({ inspect }, code) {
  if (inspect === undefined) return code;
  try {
    const inspection = inspect();
    return inspection.verdict === 'pass' ? 'accepted' : inspection.code;
  } catch (error) {
    return `escaped: ${String(error)}`;
  }
}
