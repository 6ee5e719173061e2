// @ts-check
// Why this exists: a version of Node is claimed only where the tests ran on it. This runs the unit tests and the
// conformance suite on each, says which version it really was, and fails when a run executed no test.
// The other versions come from npm (`npx node@22`), so it needs the registry and is no part of `npm test`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const majors = process.argv.length > 2 ? process.argv.slice(2) : ['20', '22', '24', '26'];
const temporary = mkdtempSync(join(tmpdir(), 'attestkit-nodes-'));

/** The command line that starts Node of this major version: the one at hand if it fits. @param {string} major */
const nodeOf = (major) =>
  process.versions.node.startsWith(`${major}.`) ? [process.execPath] : ['npx', '-y', `node@${major}`];

/** @param {string} major @returns {string | undefined} what went wrong */
function run(major) {
  const [command = '', ...first] = nodeOf(major);
  const version = spawnSync(command, [...first, '-p', 'process.version'], { encoding: 'utf8' }).stdout.trim();
  if (!version.startsWith(`v${major}.`)) return `asked for ${major}, got "${version}"`;
  console.log(`\n=== Node ${version}`);
  const report = join(temporary, `${major}.json`);
  const projects = ['unit', 'expo', 'conformance'].map((name) => `--project=${name}`);
  const options = ['run', ...projects, '--reporter=dot', '--reporter=json', `--outputFile.json=${report}`];
  const vitest = join('node_modules', 'vitest', 'vitest.mjs');
  const { status } = spawnSync(command, [...first, vitest, ...options], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) return `the tests ended with status ${status} on ${version}`;
  const { numPassedTests } = JSON.parse(readFileSync(report, 'utf8'));
  if (!(numPassedTests > 0)) return `no test ran on ${version}`;
  console.log(`Node ${version}: ${numPassedTests} tests passed`);
  return undefined;
}

const problems = majors.map(run).filter((problem) => problem !== undefined);
rmSync(temporary, { recursive: true });
for (const problem of problems) console.error(`nodes: ${problem}`);
console.log(`nodes: ${majors.length - problems.length} of ${majors.length} versions passed`);
process.exitCode = problems.length > 0 ? 1 : 0;
