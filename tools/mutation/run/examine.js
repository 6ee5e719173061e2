// @ts-check
// Finds out what becomes of each mutant: in one process that is kept, with the tests that reach it; or, if it acts while
// its file loads, in a process of its own that loads its files with the mutant awake.
import { importsIn } from './graph.js';
import { LONGEST, startWorker } from './process.js';

/** @typedef {import('../mutants/find.js').Mutant} Mutant */
/** @typedef {{ tests: Record<string, { name: string, ms: number, reached: number[], fault?: string, isOnce: boolean }>, loaded: Record<string, number[]>, faults: Record<string, string> }} Survey */
/** @typedef {'killed' | 'timed out' | 'survived' | 'not covered'} Fate */
/** @typedef {{ fate: Fate, by?: string }} Result */
/** @typedef {Awaited<ReturnType<typeof import('./copy.js').makeCopy>>} Copy */

/** @param {{ failed?: string, reason?: string }} verdict @returns {Result | undefined} */
function resultOf({ failed, reason }) {
  if (failed === undefined) return undefined;
  return { fate: reason === 'OVERDUE' ? 'timed out' : 'killed', by: `${failed}: ${reason}` };
}

/** @param {Copy} copy @param {readonly string[]} files */
async function survey(copy, files) {
  const worker = startWorker(copy);
  let last = '';
  /** @type {Survey & { failed?: string }} */
  const found = await worker.give({ order: 'survey', files }, (key) => (last = key));
  if (found.failed !== undefined)
    throw new Error(`The survey ended at ${last}: leave that file out in rooms.js.`);
  return { worker, found };
}

/**
 * @param {Copy} copy @param {readonly string[]} files of tests
 * @param {ReadonlyMap<number, Mutant>} mutants @param {(id: number, result: Result) => void} tell
 */
export async function examine(copy, files, mutants, tell) {
  let { worker, found } = await survey(copy, files);
  const usable = Object.entries(found.tests).filter(([, { fault }]) => fault === undefined);
  const byTime = usable.toSorted(([, a], [, b]) => a.ms - b.ms);
  const limitOf = (/** @type {string} */ key) => Math.max(LONGEST, 10 * (found.tests[key]?.ms ?? 0));
  const fileOf = (/** @type {number} */ id) => mutants.get(id)?.file;

  /** @param {number} id @param {string[]} keys @param {boolean} fresh */
  const run = async (id, keys, fresh) => {
    const order = { order: 'run', id, keys, limits: keys.map(limitOf), fresh };
    if (fresh) {
      const own = startWorker(copy);
      const verdict = await own.give(order);
      own.stop();
      return verdict;
    }
    const verdict = await worker.give(order);
    if (verdict.isDirty) {
      worker.stop();
      worker = startWorker(copy);
      await worker.give({ order: 'load', files });
    }
    return verdict;
  };

  const loading = new Set(Object.values(found.loaded).flat());
  const importsOf = importsIn(copy.folder);
  const imported = new Map(files.map((file) => [file, importsOf(file)]));
  /** The tests of files that load the mutant's file, those first that reach other mutants of it. @param {number} id */
  const testsThatLoad = (id) => {
    const path = `packages/attestkit/src/${fileOf(id)?.replace(/\.ts$/, '.js')}`;
    const loads = byTime.filter(([key]) => imported.get(key.slice(0, key.indexOf('#')))?.has(path));
    const isNear = (/** @type {number[]} */ reached) => reached.some((other) => fileOf(other) === fileOf(id));
    const near = loads.filter(([, { reached }]) => isNear(reached));
    return [...near, ...loads].map(([key]) => key);
  };

  const whole = new Map();
  /** Every test of a file, if they pass in a process of their own. @param {string} file @returns {Promise<string[]>} */
  const wholeFile = async (file) => {
    const all = Object.keys(found.tests).filter((key) => key.startsWith(`${file}#`));
    const keys = all.filter((key) => found.tests[key]?.fault === undefined || found.tests[key].isOnce);
    if (!whole.has(file)) whole.set(file, (await run(0, keys, true)).failed === undefined ? keys : []);
    return whole.get(file);
  };
  /** Those that pass only once in a process, each with its whole file. @param {number} id */
  const onceOnly = async (id) => {
    const once = Object.entries(found.tests).filter(([, test]) => test.isOnce && test.reached.includes(id));
    const names = new Set(once.map(([key]) => key.slice(0, key.indexOf('#'))));
    const keys = await Promise.all([...names].map(wholeFile));
    return keys.flat();
  };

  for (const id of mutants.keys()) {
    const reaching = byTime.filter(([, { reached }]) => reached.includes(id)).map(([key]) => key);
    const first = reaching.length === 0 ? {} : await run(id, reaching, false);
    // A process that the mutant has spoiled says nothing sure, unless it had to be ended.
    const sure = first.isDirty && first.reason !== 'OVERDUE' ? undefined : resultOf(first);
    if (sure !== undefined) {
      tell(id, sure);
      continue;
    }
    // Of a process that was spoiled, or a file that acts while it loads, only a process of its own can tell.
    const isOpen = first.failed !== undefined || loading.has(id);
    const once = await onceOnly(id);
    const again = [...(isOpen ? reaching : []), ...(loading.has(id) ? testsThatLoad(id) : [])];
    const keys = [...new Set([...once, ...again])];
    if (keys.length === 0 && reaching.length === 0) tell(id, { fate: 'not covered' });
    else tell(id, (keys.length > 0 && resultOf(await run(id, keys, true))) || { fate: 'survived' });
  }
  worker.stop();
  const { length } = usable;
  return {
    tests: length,
    unusable: Object.values(found.tests).filter(({ fault, isOnce }) => fault !== undefined && !isOnce),
    faults: found.faults,
  };
}
