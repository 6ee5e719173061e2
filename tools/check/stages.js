// @ts-check
// Why this exists: the stages of `npm test`, in the order in which a failure says most.

/**
 * A script of package.json. `tests` marks the runs of vitest, whose tests are counted.
 *
 * @typedef {{ readonly script: string, readonly args?: readonly string[], readonly tests?: boolean }} Stage
 */

/** @type {readonly Stage[]} */
export const STAGES = [
  { script: 'build' },
  { script: 'typecheck' },
  { script: 'format:check' },
  { script: 'lint' },
  { script: 'coverage', tests: true },
  { script: 'test:orders', tests: true },
  { script: 'test:conformance', tests: true },
  { script: 'test:package' },
  { script: 'test:consumers' },
  { script: 'test:docs' },
  { script: 'test:dead-code' },
];
