// @ts-check
// Why this exists: `npm test` is every check of this repository, in the order in which a failure says most.
// It runs the stages one after the other, stops at the first that fails, and closes with the time of each and
// one plain line that counts the tests, or says that no stage has any. `--only NAME` runs one stage (or several,
// separated by commas), `--for ROOM` what a change of that room needs.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ADAPTERS, PACKAGES, ROOMS, planFor } from './check/plan.js';
import { STAGES } from './check/stages.js';
import { endWithUsage, noSuch, problemOf } from './command-line/usage.js';

/** @typedef {import('./check/stages.js').Stage} Stage */

const scripts = STAGES.map(({ script }) => script);

const usage = `Runs every check of this repository, in the order in which a failure says most: npm test

  npm test -- --only NAME[,NAME]  runs some stages alone
  npm test -- --for NAME          runs what a change of a room, an adapter or a package needs, in a minute or two
  npm test -- --for NAME --plan   shows these commands, and runs nothing
  npm test -- --help              shows this

  stages    ${scripts.join(', ')}
  rooms     ${ROOMS.join(', ')}
  adapters  ${ADAPTERS.join(', ')}
  packages  ${PACKAGES.join(', ')}

--for is for while you work. Before you push: npm test.`;

const OPTIONS = /** @type {const} */ ({
  only: { type: 'string' },
  for: { type: 'string' },
  plan: { type: 'boolean' },
  help: { type: 'boolean' },
});

function readOptions() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    return endWithUsage(usage, problemOf(error, Object.keys(OPTIONS)));
  }
}

/** @returns {readonly Stage[]} */
function chosenStages() {
  const { only, for: changed } = options;
  if (only !== undefined && changed !== undefined) endWithUsage(usage, 'Give --only or --for, not both.');
  if (changed !== undefined) {
    const names = [...ROOMS, ...ADAPTERS, ...PACKAGES];
    return (
      planFor(changed) ??
      endWithUsage(usage, changed === '' ? '--for names no room.' : noSuch('room', changed, names))
    );
  }
  if (only === undefined) return STAGES;
  const names = only.split(',');
  const unknown = names.find((name) => !scripts.includes(name));
  if (unknown !== undefined)
    endWithUsage(usage, unknown === '' ? '--only names no stage.' : noSuch('stage', unknown, scripts));
  return STAGES.filter(({ script }) => names.includes(script));
}

const options = readOptions();
if (options.help) endWithUsage(usage);
const stages = chosenStages();
if (options.plan) {
  for (const { script, args = [] } of stages)
    console.log(['npm run', script, ...(args.length > 0 ? ['--'] : []), ...args.map(quoted)].join(' '));
  process.exit(0);
}

const temporary = mkdtempSync(join(tmpdir(), 'attestkit-check-'));
const counts = { passed: 0, failed: 0, skipped: 0 };
const times = [];
let failed = '';

/** As a shell takes it. @param {string} argument */
function quoted(argument) {
  return /^[\w./:-]+$/.test(argument) ? argument : `'${argument}'`;
}

/** Adds up what vitest wrote. @param {string} file */
function count(file) {
  if (!existsSync(file)) return;
  const report = JSON.parse(readFileSync(file, 'utf8'));
  counts.passed += report.numPassedTests;
  counts.failed += report.numFailedTests;
  counts.skipped += report.numPendingTests + report.numTodoTests;
}

for (const { script, args = [], tests } of stages) {
  console.log(`\n=== ${[script, ...args].join(' ')}`);
  const report = join(temporary, `${script.replace(':', '-')}.json`);
  const reporters = tests ? ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`] : [];
  const started = performance.now();
  const { status } = spawnSync('npm', ['run', '--silent', script, '--', ...args, ...reporters], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(6);
  const before = counts.passed;
  count(report);
  // A run of no test at all looked at nothing.
  const isGood = status === 0 && (tests !== true || counts.passed > before);
  times.push(
    `${seconds} s  ${script}${isGood ? '' : '  FAILED'}${status === 0 && !isGood ? ': no test ran' : ''}`,
  );
  if (isGood) continue;
  failed = script;
  break;
}
rmSync(temporary, { recursive: true });

console.log(`\n=== summary\n${times.join('\n')}`);
if (failed) console.log(`stopped at ${failed}`);
// A stage that failed although no test did counts as one failure, so that the last line never looks green.
if (failed && counts.failed === 0) counts.failed = 1;
const hasTests = failed !== '' || stages.some(({ tests }) => tests);
// Tests that a filter leaves out were not asked for: the plan of a room counts none of them as skipped.
const skipped = options.for === undefined && counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
console.log(
  hasTests
    ? `${counts.passed} passed, ${counts.failed} failed${skipped}`
    : times.length === 1
      ? '1 stage passed, which runs no tests'
      : `${times.length} stages passed, which run no tests`,
);
process.exitCode = failed ? 1 : 0;
