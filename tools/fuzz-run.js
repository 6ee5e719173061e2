// @ts-check
// Why this exists: the rules that no mutant may break, held to each of them:
//   1. a text that is not a genuine token is never accepted (one signed with the right secret: exactly when a second
//      reading of the specifications accepts it too);
//   2. nothing but AttestationError escapes the verifier;
//   3. the guard's evidence, which remembers headers and tokens, concludes what the verifier does (on every fourth);
//   4. the inspector's verdict and code are the verifier's (on every sixteenth).
import { createCorpus } from './fuzz-corpus.js';
import { mutators } from './fuzz-mutators.js';
import { createRandom } from './fuzz-random.js';
import { mayBeAccepted, signedMakers } from './fuzz-signed.js';

/** @typedef {import('./fuzz-corpus.js').Group} Group */
/** @typedef {import('./fuzz-corpus.js').Subject} Subject */
/** @typedef {{ refused: number, genuine: number, accepted: number }} Tally `genuine`: it came out as a genuine token again */
/** @typedef {{ index: number, mutator: string, rule: string, group: string, key: string, now: number, from: string, token: string }} Violation */
/** @typedef {{ count: number, tallies: Record<string, Tally>, codes: Record<string, number>, slowest: { milliseconds: number, mutator: string, length: number }, over50: number, violation: Violation | undefined }} Outcome */

/**
 * Makes `count` mutants and verifies each; stops at the first that breaks a rule.
 *
 * @param {Subject} subject @param {number} seed @param {number} count
 * @param {(done: number) => void} [progress] called after every 50,000
 * @returns {Outcome}
 */
export function fuzz(subject, seed, count, progress) {
  const random = createRandom(seed);
  const corpus = createCorpus(subject, random);
  const names = [...Object.keys(mutators), ...Object.keys(signedMakers)];
  /** @type {Outcome} */
  const outcome = {
    count: 0,
    tallies: Object.fromEntries(names.map((name) => [name, { refused: 0, genuine: 0, accepted: 0 }])),
    codes: {},
    slowest: { milliseconds: 0, mutator: '', length: 0 },
    over50: 0,
    violation: undefined,
  };

  for (let index = 0; index < count; index += 1) {
    const mutator = random.pick(names);
    const { group, from, token, allowed } = makeOne(mutator);
    const [code, milliseconds] = timed(() =>
      outcomeOf(subject, () => subject.verifyApproovToken(token, group.expected)),
    );
    outcome.count += 1;
    if (milliseconds > 50) outcome.over50 += 1;
    if (milliseconds > outcome.slowest.milliseconds)
      outcome.slowest = { milliseconds, mutator, length: token.length };

    const tally = /** @type {Tally} */ (outcome.tallies[mutator]);
    if (code !== 'accepted') tally.refused += 1;
    else if (group.tokens.includes(token)) tally.genuine += 1;
    else tally.accepted += 1;
    outcome.codes[code] = (outcome.codes[code] ?? 0) + 1;

    const byGuard = index % 4 === 0 ? outcomeOf(subject, () => group.remembering(token)) : code;
    const byInspector = index % 16 === 0 ? inspected(subject, token, group) : code;
    const rule = broken(code, allowed, byGuard, byInspector);
    if (rule !== undefined) {
      const { name, key, expected } = group;
      outcome.violation = { index, mutator, rule, group: name, key, now: expected.now, from, token };
      return outcome;
    }
    if (outcome.count % 50_000 === 0) progress?.(outcome.count);
  }
  return outcome;

  /** @param {string} mutator */
  function makeOne(mutator) {
    const maker = signedMakers[mutator];
    const group = random.pick(maker === undefined && random.oneIn(32) ? corpus.rare : corpus.common);
    const from = random.pick(group.tokens);
    if (maker === undefined) {
      const other = random.pick(random.oneIn(2) ? group.tokens : random.pick(corpus.common).tokens);
      const token = mutators[mutator]?.(random, from, group, other) ?? '';
      return { group, from, token, allowed: group.tokens.includes(token) };
    }
    const { header, payload } = maker(random, group.expected.now / 1000);
    const input = `${header.toString('base64url')}.${payload.toString('base64url')}`;
    const token = `${input}.${group.sign?.(input).toString('base64url')}`;
    return { group, from, token, allowed: mayBeAccepted(token, group) };
  }
}

/** @param {string} code what came of it @param {boolean} allowed @param {string} byGuard @param {string} byInspector */
function broken(code, allowed, byGuard, byInspector) {
  if (code.startsWith('escaped')) return `something else than AttestationError ${code}`;
  if (!allowed && code === 'accepted') return 'it was accepted';
  if (allowed && code !== 'accepted') return `it was refused (${code}), and is in order`;
  if (byGuard !== code) return `verify says ${code}, the guard's evidence says ${byGuard}`;
  if (byInspector !== code) return `verify says ${code}, inspect says ${byInspector}`;
  return undefined;
}

/** What `run` gives, and its milliseconds: of a slow one the best of four, since the machine does other things too.
 * @param {() => string} run @returns {[string, number]} */
function timed(run) {
  let best = Infinity;
  let given = '';
  for (let left = 4; left > 0 && best > 10; left -= 1) {
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

/** @param {Subject} subject @param {string} token @param {Group} group @returns {string} */
function inspected(subject, token, { expected }) {
  try {
    const inspection = subject.inspectApproovToken(token, expected);
    return inspection.verdict === 'pass' ? 'accepted' : inspection.code;
  } catch (error) {
    return `escaped: ${String(error)}`;
  }
}
