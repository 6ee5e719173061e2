// @ts-check
// Why this exists: what npm publishes is decided by three fields of package.json and by whatever lies in dist.
// This compares the list of files that would be packed with the sources: each source compiled, nothing left over
// from a deleted one, each entry point present, and nothing that is not meant for users.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

const root = 'packages/attestkit';
const manifest = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));
const [{ files }] = JSON.parse(
  execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root, encoding: 'utf8' }),
);
/** @type {string[]} */
const packed = files.map((/** @type {{ path: string }} */ { path }) => path);
const sources = readdirSync(`${root}/src`, { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('.ts'),
);
const compiled = sources.flatMap((path) =>
  ['.js', '.d.ts'].map((end) => `dist/${path.replaceAll('\\', '/').replace(/\.ts$/, end)}`),
);
const entries = [manifest.exports, manifest.bin].flatMap(targetsOf).map((path) => path.replace('./', ''));
const expected = ['package.json', 'README.md', 'LICENSE', 'bin/attestkit.js', ...compiled];

/** The paths that a field names, however nested. @param {unknown} field @returns {string[]} */
function targetsOf(field) {
  return typeof field === 'string' ? [field] : Object.values(field ?? {}).flatMap(targetsOf);
}

const problems = [
  ...expected.filter((path) => !packed.includes(path)).map((path) => `${path} is missing from the package`),
  ...packed
    .filter((path) => !expected.includes(path))
    .map((path) => `${path} is packed, but has no source: npm run clean`),
  ...entries
    .filter((path) => !packed.includes(path))
    .map((path) => `${path} is an entry point, but is not packed`),
];
if (readFileSync(`${root}/LICENSE`, 'utf8') !== readFileSync('LICENSE', 'utf8'))
  problems.push('the two LICENSE files differ');
for (const path of targetsOf(manifest.bin).filter((name) => packed.includes(name.replace('./', '')))) {
  if (!readFileSync(`${root}/${path}`, 'utf8').startsWith('#!/usr/bin/env node\n'))
    problems.push(`${path} does not start with #!/usr/bin/env node`);
}
if (compiled.length === 0 || entries.length === 0) problems.push('looked at no file');

console.log(`pack: ${packed.length} files, ${entries.length} entry points`);
for (const problem of problems) console.error(`  ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;
