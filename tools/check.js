// @ts-check
// Why this exists: `npm test` is every check of this repository, in the order in which a failure says most.
// It runs the stages one after the other, stops at the first that fails, and closes with the time of each and
// one plain line that counts the tests, or says that no stage has any. `--only NAME` runs one stage (or several,
// separated by commas).
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/** The scripts of package.json, in order; `tests` marks the runs of vitest, whose tests are counted. */
const stages = [
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

const usage = `Runs every check of this repository, in the order in which a failure says most: npm test

  npm test -- --only NAME[,NAME]  runs some stages alone
  npm test -- --help              shows this

  stages  ${stages.map(({ script }) => script).join(', ')}`;

/** Ends the process with one line that says what is wrong. @param {string} problem @returns {never} */
function refuse(problem) {
  console.error(`check: ${problem}\n\n${usage}`);
  process.exit(2);
}

function readNames() {
  try {
    const { values } = parseArgs({ options: { only: { type: 'string' }, help: { type: 'boolean' } } });
    if (values.help) {
      console.log(usage);
      process.exit(0);
    }
    return values.only?.split(',') ?? stages.map(({ script }) => script);
  } catch (error) {
    return refuse(error instanceof Error ? error.message.replace(/\. To specify.*/s, '') : String(error));
  }
}

const names = readNames();
const unknown = names.find((name) => !stages.some(({ script }) => script === name));
if (unknown !== undefined) refuse(unknown === '' ? '--only names no stage' : `there is no stage ${unknown}`);

const temporary = mkdtempSync(join(tmpdir(), 'attestkit-check-'));
const counts = { passed: 0, failed: 0, skipped: 0 };
const times = [];
let failed = '';

/** Adds up what vitest wrote. @param {string} file */
function count(file) {
  if (!existsSync(file)) return;
  const report = JSON.parse(readFileSync(file, 'utf8'));
  counts.passed += report.numPassedTests;
  counts.failed += report.numFailedTests;
  counts.skipped += report.numPendingTests + report.numTodoTests;
}

for (const { script, tests } of stages.filter((stage) => names.includes(stage.script))) {
  console.log(`\n=== ${script}`);
  const report = join(temporary, `${script.replace(':', '-')}.json`);
  const options = tests ? ['--', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`] : [];
  const started = performance.now();
  const { status } = spawnSync('npm', ['run', '--silent', script, ...options], {
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
const hasTests = failed !== '' || stages.some(({ script, tests }) => tests && names.includes(script));
console.log(
  hasTests
    ? `${counts.passed} passed, ${counts.failed} failed${counts.skipped ? `, ${counts.skipped} skipped` : ''}`
    : times.length === 1
      ? '1 stage passed, which runs no tests'
      : `${times.length} stages passed, which run no tests`,
);
process.exitCode = failed ? 1 : 0;
