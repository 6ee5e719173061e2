// Why this exists: tests try the faults that someone thought of. This tries very many that nobody thought of, on the built
// package: npm run fuzz -- --help
import { availableParallelism } from 'node:os';
import { exit } from 'node:process';
import { Worker } from 'node:worker_threads';
import { KIND_NAMES, KINDS, type Kind } from './kinds/kinds.js';
import { readOptions } from './run/options.js';
import { addOutcome, emptyOutcome, type Outcome } from './run/outcome.js';
import { explained, idleMutators, report, secondsSince } from './run/report.js';
import type { WorkerData, WorkerRun } from './run/worker.js';
import { reachableCodes } from './subject/codes.js';
import { subject } from './subject/subject.js';

/** Mutants of one run; each run has a seed of its own. */
const RUN = 25_000;

const options = readOptions(process.argv.slice(2));
if ('text' in options) {
  (options.isMistake ? console.error : console.log)(options.text);
  exit(options.isMistake ? 2 : 0);
}
const { seed, against, renames } = options;
const began = performance.now();
const workers = Array.from(
  { length: Math.min(4, availableParallelism()) },
  () =>
    new Worker(new URL('./run/worker.js', import.meta.url), {
      workerData: { against, renames } satisfies WorkerData,
    }),
);
for (const kind of KIND_NAMES.filter((name) => name === (options.only ?? name)))
  await fuzzKind(kind, options.count ?? KINDS[kind].count);
await Promise.all(workers.map((worker) => worker.terminate()));
console.log(`\nfuzz: ${secondsSince(began)} s, ${process.exitCode ? 'FAILED' : 'no rule broken'}`);

async function fuzzKind(kind: Kind, count: number): Promise<void> {
  const started = performance.now();
  console.log(`\n${kind}: seed ${seed}, ${count} mutants`);
  const total = emptyOutcome('', []);
  let next = 0;
  await Promise.all(
    workers.map(async (worker) => {
      while (next * RUN < count && total.violation === undefined) {
        const run = { kind, seed: seed + next, count: Math.min(RUN, count - next * RUN) };
        next += 1;
        const outcome = await outcomeOf(worker, run);
        addOutcome(total, outcome);
        for (const found of [outcome.violation, outcome.slow]) {
          if (found === undefined) continue;
          process.exitCode = 1;
          console.error(explained(kind, run.seed, found));
        }
        console.log(`  ${total.count} after ${secondsSince(started)} s`);
      }
    }),
  );
  console.log(report(total, reachableCodes(subject)[kind]));
  for (const name of idleMutators(total, count)) {
    process.exitCode = 1;
    console.error(`${name} made nothing that was refused`);
  }
  console.log(`${kind}: ${total.count} mutants in ${secondsSince(started)} s`);
}

function outcomeOf(worker: Worker, run: WorkerRun): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (outcome: Outcome) => {
      worker.off('error', reject);
      resolve(outcome);
    });
    worker.postMessage(run, []);
  });
}
