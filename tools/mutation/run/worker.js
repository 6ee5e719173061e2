// @ts-check
// The process that runs tests. It loads files of tests once, keeps them, and answers the orders of main.js: run these
// tests with this mutant awake, and stop at the first that fails.

/** @typedef {import('./registry.js').Test} Test */
/** @typedef {{ failed?: string, reason?: string, isDirty?: boolean }} Verdict */

const registry = await import(process.env['ATTESTKIT_REGISTRY'] ?? './registry.js');
const { setTimeout: later, clearTimeout: never, setImmediate: next } = globalThis;
/** Longer than this, no test may take: such tests are left to `npm test`. */
const LONGEST = Number(process.env['ATTESTKIT_LONGEST']);
/** What the first runs may take on a busy machine, with the loading of their file. */
const PATIENT = 120_000;

/** Which mutant is awake, and which were reached since `reached` was last emptied. */
const mutation = {
  awake: 0,
  reached: /** @type {Set<number>} */ (new Set()),
  /** @param {number} id */
  is(id) {
    this.reached.add(id);
    return this.awake === id;
  },
};
Object.assign(globalThis, { attestkitMutation: mutation });

/** @type {Map<string, Test>} */
const tests = new Map();
/** @type {unknown} */
let stray;
for (const event of ['unhandledRejection', 'uncaughtException'])
  process.on(event, (error) => void (stray ??= error));

/** Runs one test. @param {Test} test @param {number} limit @returns {Promise<string | undefined>} why it failed */
async function attempt(test, limit) {
  stray = undefined;
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const overdue = new Promise((_, refuse) => {
    timer = later(() => refuse(new Error('OVERDUE')), limit);
  });
  try {
    await Promise.race([registry.runTest(test), overdue]);
    await new Promise((resolve) => void next(resolve));
    return stray === undefined ? undefined : `stray: ${String(stray)}`;
  } catch (error) {
    return String(error instanceof Error ? error.message : error) || 'failed';
  } finally {
    never(timer);
  }
}

/** Loads a file. @param {string} file @returns {Promise<string[]>} the keys of its tests */
async function load(file) {
  const found = await registry.collect(new URL(file, process.env['ATTESTKIT_COPY']).href);
  return found.map((/** @type {Test} */ test, /** @type {number} */ index) => {
    const key = `${file}#${index}`;
    tests.set(key, test);
    return key;
  });
}

const orders = {
  /** Loads files, runs each test twice, and says how long it takes and which mutants it reaches. @param {{ files: string[] }} order */
  async survey({ files }) {
    /** @type {Record<string, { name: string, ms: number, reached: number[], fault: string | undefined, isOnce: boolean }>} */
    const found = {};
    /** @type {Record<string, string>} */
    const faults = {};
    /** @type {Record<string, number[]>} */
    const loaded = {};
    for (const file of files) {
      mutation.reached = new Set();
      const keys = await load(file).catch((error) => {
        faults[file] = String(error);
        return [];
      });
      loaded[file] = [...mutation.reached];
      for (const key of keys) {
        const test = /** @type {Test} */ (tests.get(key));
        mutation.reached = new Set();
        process.send?.({ now: key, limit: PATIENT });
        const started = performance.now();
        const first = await attempt(test, LONGEST);
        const ms = performance.now() - started;
        const reached = [...mutation.reached];
        const second = first ?? (await attempt(test, LONGEST));
        const isOnce = first === undefined && second !== undefined;
        found[key] = { name: test.name, ms, reached, fault: second, isOnce };
      }
    }
    return { tests: found, loaded, faults };
  },

  /** Loads files without running anything. @param {{ files: string[] }} order */
  async load({ files }) {
    for (const file of files) await load(file).catch(() => {});
    return {};
  },

  /**
   * Runs tests with a mutant awake; `fresh` loads their files with it, too.
   *
   * @param {{ id: number, keys: string[], limits: number[], fresh: boolean }} order @returns {Promise<Verdict>}
   */
  async run({ id, keys, limits, fresh }) {
    mutation.awake = id;
    const files = new Set();
    for (const [index, key] of keys.entries()) {
      const file = key.slice(0, key.indexOf('#'));
      process.send?.({ now: key, limit: limits[index] });
      if (fresh && !files.has(file)) {
        files.add(file);
        try {
          await load(file);
        } catch (error) {
          return { failed: file, reason: `does not load: ${String(error)}` };
        }
      }
      const test = tests.get(key);
      if (test === undefined) return { failed: key, reason: 'the test is not there any more' };
      const reason = await attempt(test, limits[index] ?? LONGEST);
      if (reason === undefined) continue;
      // The test must pass again without the mutant, or what it did has spoiled this process.
      mutation.awake = 0;
      const isDirty = !fresh && (reason === 'OVERDUE' || (await attempt(test, LONGEST)) !== undefined);
      return { failed: test.name, reason, isDirty };
    }
    mutation.awake = 0;
    return {};
  },
};

process.on('message', async (/** @type {any} */ order) => {
  try {
    const answer = await orders[/** @type {keyof typeof orders} */ (order.order)](order);
    process.send?.({ answer });
  } catch (error) {
    process.send?.({ answer: { failed: 'the worker', reason: String(error), isDirty: true } });
  }
});
process.send?.({ isUp: true });
