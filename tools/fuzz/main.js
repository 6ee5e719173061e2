// @ts-check
// Why this exists: tests try the faults that someone thought of. This tries a great many that nobody did, on the built
// package: npm run fuzz -- --only receipt --seed 7 --count 250000
// It prints what it made, how each was refused, and what was accepted because nothing but unsigned parts was changed; it
// fails where a mutant breaks a rule (run.js has them) and says how to make it again. The choices follow from
// the seed; keys are new in each run, so a finding comes with all that is needed to verify it.
// With --against DIR (a checkout of an older version, installed and built) each decision is compared with that version's;
// --renames FILE says which codes are called otherwise since then (tools/code-renames.json).
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { codes } from './subject.js';

/** @typedef {import('./run.js').Outcome} Outcome */
/** @typedef {keyof typeof codes} Kind */

/** Mutants of each kind, unless a count is given. @type {Readonly<Record<Kind, number>>} */
const COUNTS = {
  approov: 1_000_000,
  attestation: 250_000,
  assertion: 250_000,
  receipt: 250_000,
  session: 250_000,
  'key-attestation': 250_000,
  'key-description': 250_000,
  'play-integrity': 250_000,
  verdict: 250_000,
  'app-check': 250_000,
};

/** Mutants of one run, which has one seed. */
const RUN = 25_000;

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    count: { type: 'string' },
    only: { type: 'string' },
    against: { type: 'string' },
    renames: { type: 'string' },
  },
});
const kinds = /** @type {Kind[]} */ (Object.keys(COUNTS)).filter((kind) => kind === (values.only ?? kind));
if (kinds.length === 0) throw new Error(`--only is none of ${Object.keys(COUNTS).join(', ')}`);
const seed = wholeNumber('seed', values.seed ?? String(Date.now() % 2 ** 31));
const began = performance.now();
const workers = Array.from(
  { length: Math.min(4, availableParallelism()) },
  () =>
    new Worker(new URL('./worker.js', import.meta.url), {
      workerData: { against: values.against, renames: values.renames },
    }),
);
for (const kind of kinds) await fuzzKind(kind, wholeNumber('count', values.count ?? String(COUNTS[kind])));
await Promise.all(workers.map((worker) => worker.terminate()));
console.log(`\nfuzz: ${secondsSince(began)} s, ${process.exitCode ? 'FAILED' : 'no rule broken'}`);

/** @param {string} option @param {string} text */
function wholeNumber(option, text) {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new Error(`--${option} is not a whole number`);
}

/** @param {number} start */
function secondsSince(start) {
  return ((performance.now() - start) / 1000).toFixed(1);
}

/** @param {Kind} kind @param {number} count */
async function fuzzKind(kind, count) {
  const started = performance.now();
  console.log(`\n${kind}: seed ${seed}, ${count} mutants`);
  const total = /** @type {Outcome} */ ({
    about: '',
    count: 0,
    tallies: {},
    codes: {},
    reasons: {},
    over50: 0,
  });
  let next = 0;
  await Promise.all(
    workers.map(async (worker) => {
      while (next * RUN < count && total.violation === undefined) {
        const run = { kind, seed: seed + next, count: Math.min(RUN, count - next * RUN) };
        next += 1;
        const outcome = await outcomeOf(worker, run);
        add(total, outcome);
        for (const found of [outcome.violation, outcome.slow])
          if (found !== undefined) explain(kind, run.seed, found);
        console.log(`  ${total.count} after ${secondsSince(started)} s`);
      }
    }),
  );
  report(kind, total, count);
  console.log(`${kind}: ${total.count} mutants in ${secondsSince(started)} s`);
}

/** @param {Worker} worker @param {object} run @returns {Promise<Outcome>} */
function outcomeOf(worker, run) {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (outcome) => {
      worker.off('error', reject);
      resolve(outcome);
    });
    worker.postMessage(run, []);
  });
}

/** @param {Outcome} total @param {Outcome} outcome */
function add(total, outcome) {
  total.about = outcome.about;
  total.count += outcome.count;
  total.over50 += outcome.over50;
  total.violation ??= outcome.violation;
  for (const name of /** @type {const} */ (['codes', 'reasons']))
    for (const [key, times] of Object.entries(outcome[name]))
      total[name][key] = (total[name][key] ?? 0) + times;
  for (const [name, { refused, accepted }] of Object.entries(outcome.tallies)) {
    const tally = (total.tallies[name] ??= { refused: 0, accepted: 0 });
    tally.refused += refused;
    tally.accepted += accepted;
  }
  if (outcome.slowest.milliseconds > (total.slowest?.milliseconds ?? -1)) total.slowest = outcome.slowest;
}

/** @param {Kind} kind @param {number} runSeed @param {import('./run.js').Violation} violation */
function explain(kind, runSeed, violation) {
  process.exitCode = 1;
  console.error(`\nA RULE IS BROKEN: ${violation.rule}\n${JSON.stringify(violation, null, 2)}`);
  console.error(`again: npm run fuzz -- --only ${kind} --seed ${runSeed} --count ${violation.index + 1}`);
}

/** @param {Kind} kind @param {Outcome} total @param {number} count */
function report(kind, { about, tallies, codes: seen, reasons, slowest, over50 }, count) {
  console.log(`\nmade from ${about}\n\nmutator                               refused  accepted`);
  for (const [name, { refused, accepted }] of Object.entries(tallies))
    console.log(`${name.padEnd(35)} ${String(refused).padStart(9)} ${String(accepted).padStart(9)}`);
  table('accepted because', reasons);
  table('code', seen);
  const unseen = codes[kind].filter((code) => !(code in seen));
  if (unseen.length > 0) console.log(`not seen: ${unseen.join(', ')}`);
  const { milliseconds, mutator, length } = slowest;
  console.log(`slowest: ${milliseconds.toFixed(2)} ms (${mutator}, length ${length}); ${over50} over 50 ms`);

  const idle = Object.entries(tallies).filter(([, { refused }]) => refused === 0);
  if (count < 10_000 || idle.length === 0) return;
  process.exitCode = 1;
  for (const [name] of idle) console.error(`${name} made nothing that was refused`);
}

/** @param {string} title @param {Readonly<Record<string, number>>} counted */
function table(title, counted) {
  console.log(`\n${title}`);
  const rows = Object.entries(counted).toSorted(([, one], [, other]) => other - one);
  for (const [name, times] of rows) console.log(`${String(times).padStart(9)}  ${name}`);
}
