// Why this exists: a full run verifies some millions of signatures, and the machine has more than one core. Each worker
// takes one run after the other.
import { parentPort, workerData } from 'node:worker_threads';
import type { Kind } from '../kinds/kinds.js';
import { pairedWith } from '../subject/paired.js';
import { subject as own } from '../subject/subject.js';
import { fuzz } from './fuzz.js';

/** The options of the command line that concern the code under test. */
export interface WorkerData {
  readonly against: string | undefined;
  readonly renames: string | undefined;
}

/** One run, which a worker answers with an `Outcome`. */
export interface WorkerRun {
  readonly kind: Kind;
  readonly seed: number;
  readonly count: number;
}

const { against, renames } = workerData as WorkerData;
const subject = against === undefined ? own : await pairedWith(own, against, renames);

parentPort?.on('message', ({ kind, seed, count }: WorkerRun) => {
  parentPort?.postMessage(fuzz(kind, subject, seed, count), []);
});
