// @ts-check
// Stands for `vitest` in the copy of the packages: keeps the tests of a file instead of running them, so that one process
// can run any of them any number of times. What tests expect with (`expect`, `vi`) is Vitest's own.
import { format } from 'node:util';

/**
 * @typedef {() => unknown} Hook
 * @typedef {{ name: string, parent: Suite | undefined, before: Hook[], beforeEach: Hook[], afterEach: Hook[], ready: boolean }} Suite
 * @typedef {{ name: string, suite: Suite, run: (context: object) => unknown, limit: number }} Test
 * @typedef {((name: unknown, ...rest: any[]) => void) & Record<string, any>} Declare
 */

// Vitest refuses to load outside its own workers; this is what it looks for.
Object.assign(globalThis, {
  __vitest_worker__: { config: {}, environment: { name: 'node' }, metaEnv: process.env },
});
const vitest = await import(process.env['ATTESTKIT_VITEST'] ?? 'vitest');
export const { expect, vi, expectTypeOf, assert, chai } = vitest;

/** @param {string} name @param {Suite} [parent] @returns {Suite} */
const suiteOf = (name, parent) => ({ name, parent, before: [], beforeEach: [], afterEach: [], ready: false });

let current = suiteOf('');
/** @type {(() => Promise<void>)[]} */
let waiting = [];
/** @type {Test[]} */
let declared = [];
/** @type {Hook[]} */
let finished = [];

/** The values of a table in the place of `%s` and `$name`. @param {string} name @param {unknown[]} values */
function titled(name, values) {
  const [row] = values;
  const named = name.replace(/\$([\w.]+)/g, (whole, path) => {
    const found = path
      .split('.')
      .reduce((/** @type {any} */ value, /** @type {string} */ key) => value?.[key], row);
    return found === undefined ? whole : String(found);
  });
  return named.includes('%') ? format(named, ...values) : named;
}

/** Adds `each`, `for`, `skipIf` and the like to a function that declares. @param {(name: unknown, ...rest: any[]) => void} declare @returns {Declare} */
function declarer(declare) {
  const skip = Object.assign(() => {}, { each: () => () => {}, for: () => () => {} });
  const made = /** @type {Declare} */ (
    Object.assign((/** @type {any[]} */ ...given) => declare(given[0], ...given.slice(1)), {})
  );
  /** @param {readonly unknown[]} rows @param {boolean} spreads */
  const table =
    (rows, spreads) =>
    (/** @type {any} */ name, /** @type {any[]} */ ...rest) => {
      const areLists = rows.every(Array.isArray);
      for (const row of rows) {
        const values = spreads && areLists ? /** @type {unknown[]} */ (row) : [row];
        const body = rest.findIndex((part) => typeof part === 'function');
        const bound = rest.with(body, (/** @type {object} */ context) =>
          rest[body](...values, ...(spreads ? [] : [context])),
        );
        declare(titled(String(name?.name ?? name), Array.isArray(row) ? row : [row]), ...bound);
      }
    };
  return Object.assign(made, {
    each: (/** @type {unknown[]} */ rows) => table(rows, true),
    for: (/** @type {unknown[]} */ rows) => table(rows, false),
    skip,
    todo: () => {},
    concurrent: made,
    sequential: made,
    skipIf: (/** @type {unknown} */ condition) => (condition ? skip : made),
    runIf: (/** @type {unknown} */ condition) => (condition ? made : skip),
  });
}

/** Keeps one test. @param {unknown} name @param {any[]} rest */
function declareTest(name, ...rest) {
  const body = rest.find((part) => typeof part === 'function');
  const options = rest.find((part) => typeof part === 'object');
  const limit = rest.find((part) => typeof part === 'number') ?? options?.timeout ?? 0;
  const title = [String(Object(name).name ?? name)];
  for (let suite = /** @type {Suite | undefined} */ (current); suite; suite = suite.parent)
    title.unshift(suite.name);
  if (options?.skip || body === undefined) return;
  declared.push({ name: title.filter(Boolean).join(' > '), suite: current, run: body, limit });
}
export const it = declarer(declareTest);
export const test = declarer(declareTest);

export const describe = declarer((name, ...rest) => {
  const body = rest.find((part) => typeof part === 'function');
  const suite = suiteOf(String(Object(name).name ?? name), current);
  waiting.push(async () => {
    const [before, queue] = [current, waiting];
    [current, waiting] = [suite, []];
    await body();
    for (const next of waiting) await next();
    [current, waiting] = [before, queue];
  });
});

export const beforeAll = (/** @type {Hook} */ hook) => void current.before.push(hook);
export const beforeEach = (/** @type {Hook} */ hook) => void current.beforeEach.push(hook);
export const afterEach = (/** @type {Hook} */ hook) => void current.afterEach.unshift(hook);
/** What closes a file stays undone, since its tests run again. */
export const afterAll = () => {};
export const onTestFinished = (/** @type {Hook} */ hook) => void finished.unshift(hook);
export const onTestFailed = () => {};

/** Loads a file and keeps its tests. @param {string} address @returns {Promise<Test[]>} */
export async function collect(address) {
  [current, waiting, declared] = [suiteOf(''), [], []];
  const file = current;
  await import(address);
  for (const next of waiting) await next();
  current = file;
  return declared;
}

/** @param {Suite | undefined} suite @returns {Suite[]} from the outside in */
const path = (suite) => (suite === undefined ? [] : [...path(suite.parent), suite]);

/** Runs a test once, with what comes before and after it. Throws what the test throws. @param {Test} one */
export async function runTest(one) {
  const suites = path(one.suite);
  finished = [];
  for (const each of suites) {
    if (each.ready) continue;
    for (const hook of each.before) await hook();
    each.ready = true;
  }
  try {
    for (const hook of suites.flatMap((each) => each.beforeEach)) await hook();
    await one.run({ expect, onTestFinished, task: { name: one.name }, skip: () => {} });
  } finally {
    for (const hook of suites.toReversed().flatMap((each) => each.afterEach)) await hook();
    for (const hook of finished) await hook();
  }
}
