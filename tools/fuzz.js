// @ts-check
// Why this exists: tests try the faults that someone thought of. This tries a great many that nobody did, on the built
// package: npm run fuzz -- --seed 7 --count 1000000
// It prints what it made, and how each was refused; it fails at the first mutant that breaks a rule, and says how to
// make it again. The choices and the HS256 tokens follow from the seed; key pairs are new in each run, so a finding
// comes with its key.
import { parseArgs } from 'node:util';
import { AttestationError } from 'attestkit';
import {
  approov,
  APPROOV_CHECKS,
  approovKeys,
  inspectApproovToken,
  verifyApproovToken,
} from 'attestkit/approov';
import { mintApproovToken } from 'attestkit/testing';
import { fuzz } from './fuzz-run.js';

const { values } = parseArgs({ options: { seed: { type: 'string' }, count: { type: 'string' } } });
const seed = wholeNumber('seed', values.seed ?? String(Date.now() % 2 ** 31));
const count = wholeNumber('count', values.count ?? '1000000');

/** @param {string} option @param {string} text */
function wholeNumber(option, text) {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new Error(`--${option} is not a whole number`);
}

const started = performance.now();
/** Seconds since the start. */
const elapsed = () => ((performance.now() - started) / 1000).toFixed(1);

console.log(`fuzz: seed ${seed}, ${count} mutants`);
const subject = {
  AttestationError,
  approov,
  approovKeys,
  inspectApproovToken,
  mintApproovToken,
  verifyApproovToken,
};
const outcome = fuzz(subject, seed, count, (done) => console.log(`  ${done} after ${elapsed()} s`));

console.log('\nmutator                              refused  genuine again  accepted');
for (const [name, { refused, genuine, accepted }] of Object.entries(outcome.tallies)) {
  const columns = [String(refused).padStart(8), String(genuine).padStart(14), String(accepted).padStart(9)];
  console.log(`${name.padEnd(35)} ${columns.join(' ')}`);
}
console.log('\ncode');
const codes = Object.entries(outcome.codes).toSorted(([, one], [, other]) => other - one);
for (const [code, times] of codes) console.log(`${code.padEnd(40)} ${String(times).padStart(10)}`);
/** Codes of the request's field, which is read before there is a token. */
const ofField = /TOKEN_(MISSING|NOT_FETCHED|REPEATED|PREFIX)$/;
const unseen = APPROOV_CHECKS.map(({ code }) => code).filter(
  (code) => code.startsWith('ERR_APPROOV_TOKEN_') && !(code in outcome.codes) && !ofField.test(code),
);
if (unseen.length > 0) console.log(`not seen: ${unseen.join(', ')}`);
const { milliseconds, mutator, length } = outcome.slowest;
console.log(
  `\nslowest: ${milliseconds.toFixed(2)} ms (${mutator}, ${length} characters); ${outcome.over50} over 50 ms`,
);

const idle = Object.entries(outcome.tallies).filter(([, { refused }]) => refused === 0);
if (count >= 10_000) for (const [name] of idle) console.error(`${name} made nothing that was refused`);
if (outcome.violation !== undefined) {
  console.error(
    `\nA RULE IS BROKEN: ${outcome.violation.rule}\n${JSON.stringify(outcome.violation, null, 2)}`,
  );
  console.error(`again: npm run fuzz -- --seed ${seed} --count ${outcome.violation.index + 1}`);
}
if (outcome.violation !== undefined || (count >= 10_000 && idle.length > 0)) process.exitCode = 1;
console.log(
  `fuzz: ${outcome.count} mutants in ${elapsed()} s, ${process.exitCode ? 'FAILED' : 'no rule broken'}`,
);
