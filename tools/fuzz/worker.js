// @ts-check
// Why this exists: a full run is some millions of signatures to verify, and the machine has more than one core. Each
// worker takes one run after the other: so many mutants from a seed of its own.
import { parentPort, workerData } from 'node:worker_threads';
import { against } from './paired.js';
import { fuzz } from './run.js';
import { subject as own } from './subject.js';

/** @type {{ against?: string, renames?: string }} */
const { against: folder, renames } = workerData ?? {};
const subject = folder === undefined ? own : await against(own, folder, renames);

parentPort?.on(
  'message',
  (/** @type {{ kind: string, seed: number, count: number }} */ { kind, seed, count }) => {
    parentPort?.postMessage(fuzz(kind, subject, seed, count), []);
  },
);
