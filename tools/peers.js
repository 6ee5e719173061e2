// @ts-check
// Why this exists: a range of versions is claimed only where the tests ran on both of its ends. This packs both packages,
// installs them in a scratch folder beside the lowest version of each peer, then beside the newest ones, and runs the
// conformance suite with its path attacks on each. It says which versions these really were, and fails when a run
// executed no test. The versions come from npm, without a lock file, so it needs the registry and is no part of
// `npm test`. `node tools/peers.js lowest` runs one of the two.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { lowestOf, newestOf } from './peer-ranges.js';

const root = resolve(import.meta.dirname, '..');
/** @param {string} path */
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
const manifest = read(join(root, 'packages/attestkit/package.json'));
const kit = read(join(root, 'packages/testing/package.json'));
/** @type {Record<string, string>} */
const peers = manifest.peerDependencies;

/** What the suite needs beside the peers, as the workspace has it. */
const TOOLS = ['@koa/router', 'reflect-metadata', 'rxjs'];
/** Native code, which is built where it is installed; the stores have tests of their own. */
const NATIVE = new Set(['better-sqlite3', '@photostructure/sqlite']);
const SUITES = ['paths', 'routes', 'strict', 'body', 'upgrade', 'refusal', 'connection', 'enrollment'];
const ends = { lowest: lowestOf, newest: newestOf };

const wanted = process.argv.slice(2);
const names = /** @type {(keyof typeof ends)[]} */ (wanted.length > 0 ? wanted : Object.keys(ends));
for (const name of names)
  if (ends[name] === undefined) throw new Error(`no ${name}; there are lowest and newest`);

const home = mkdtempSync(join(tmpdir(), 'attestkit-peers-'));
process.on('exit', () => rmSync(home, { recursive: true, force: true }));
execFileSync('npm', ['run', '--silent', 'build'], { cwd: root });
for (const folder of ['packages/attestkit', 'packages/testing'])
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', home], {
    cwd: join(root, folder),
  });

/** @param {keyof typeof ends} name @returns {string} the folder */
function install(name) {
  const folder = join(home, name);
  mkdirSync(folder);
  const chosen = Object.entries(peers).filter(([peer]) => !NATIVE.has(peer));
  const tools = read(join(root, 'conformance/package.json')).devDependencies;
  const dependencies = {
    attestkit: `file:../${manifest.name}-${manifest.version}.tgz`,
    'attestkit-testing': `file:../${kit.name}-${kit.version}.tgz`,
    vitest: read(join(root, 'package.json')).devDependencies.vitest,
    express4: `npm:express@${name === 'lowest' ? lowestOf(peers['express'] ?? '') : '^4.0.0'}`,
    ...Object.fromEntries(TOOLS.map((tool) => [tool, tools[tool]])),
    ...Object.fromEntries(chosen.map(([peer, range]) => [peer, ends[name](range)])),
    // Version 4 has a name of its own.
    express: name === 'lowest' ? '5.0.0' : '^5.0.0',
  };
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, type: 'module', dependencies }),
  );
  writeFileSync(
    join(folder, 'vitest.config.js'),
    'export default { test: { testTimeout: 60_000, hookTimeout: 60_000 } };',
  );
  const { compilerOptions } = read(join(root, 'tsconfig.base.json'));
  const settings = { compilerOptions: { ...compilerOptions, experimentalDecorators: true } };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings));
  cpSync(join(root, 'conformance'), join(folder, 'conformance'), {
    recursive: true,
    filter: (path) => !/node_modules|dist|tsconfig/.test(path.slice(root.length)),
  });
  const options = ['--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund', '--legacy-peer-deps'];
  execFileSync('npm', ['install', '--silent', ...options], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return folder;
}

/** @param {keyof typeof ends} name @returns {string | undefined} what went wrong */
function run(name) {
  console.log(`\n=== ${name}`);
  const folder = install(name);
  for (const peer of [...Object.keys(peers), 'express4', '@fastify/middie']) {
    const path = join(folder, 'node_modules', peer, 'package.json');
    if (existsSync(path)) console.log(`${peer} ${read(path).version}`);
  }
  const report = join(folder, 'report.json');
  const files = SUITES.map((suite) => `conformance/${suite}.test.ts`);
  const options = ['--reporter=dot', '--reporter=json', `--outputFile.json=${report}`, '--maxWorkers=1'];
  const { status } = spawnSync(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', ...options, ...files],
    {
      cwd: folder,
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  const { numPassedTests = 0, numFailedTests = 0 } = existsSync(report) ? read(report) : {};
  console.log(`${name}: ${numPassedTests} tests passed, ${numFailedTests} failed`);
  if (status !== 0) return `the tests ended with status ${status} on the ${name} versions`;
  return numPassedTests > 0 ? undefined : `no test ran on the ${name} versions`;
}

const problems = names.map(run).filter((problem) => problem !== undefined);
for (const problem of problems) console.error(`peers: ${problem}`);
console.log(`peers: ${names.length - problems.length} of ${names.length} passed`);
process.exitCode = problems.length > 0 ? 1 : 0;
