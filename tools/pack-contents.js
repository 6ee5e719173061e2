// @ts-check
// Why this exists: what npm publishes is decided by three fields of package.json and by whatever lies in dist.
// This compares the list of files that would be packed, of each package, with its sources: the types of each source and what
// runs, nothing left over from a deleted one, each entry point present, and nothing that is not meant for users.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';

/** The paths that a field names, however nested. @param {unknown} field @returns {string[]} */
function targetsOf(field) {
  return typeof field === 'string' ? [field] : Object.values(field ?? {}).flatMap(targetsOf);
}

/** @param {string} folder */
function filesIn(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.\w+$/.test(path))
    .map((path) => path.replaceAll('\\', '/'));
}

/** What packages/pages/build.js writes: documents, the script that each of them names, and both once more, compressed. @param {string} folder */
function pagesIn(folder) {
  const documents = ['dashboard.html', 'inspector.html'];
  const scripts = documents.map(
    (name) => /src="\/assets\/([^"]+)"/.exec(readFileSync(`${folder}/${name}`, 'utf8'))?.[1] ?? 'no script',
  );
  return [...documents, ...scripts].flatMap((name) => [name, `${name}.gz`]);
}

/** @param {string} root of a package @returns {string[]} what is wrong with it */
function problemsOf(root) {
  const manifest = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));
  const [{ files }] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root, encoding: 'utf8' }),
  );
  /** @type {string[]} */
  const packed = files.map((/** @type {{ path: string }} */ { path }) => path);
  const sources = filesIn(`${root}/src`).filter((path) => path.endsWith('.ts'));
  // The library has one file for each room, which tools/rooms.js writes anew each time; the kit runs as it was compiled.
  const rooms = existsSync(`${root}/lib`) ? filesIn(`${root}/lib`).map((path) => `lib/${path}`) : undefined;
  const compiled = sources.flatMap((path) =>
    (rooms === undefined ? ['.js', '.d.ts'] : ['.d.ts']).map((end) => `dist/${path.replace(/\.ts$/, end)}`),
  );
  const commands = targetsOf(manifest.bin).map((path) => path.replace('./', ''));
  const entries = [...targetsOf(manifest.exports).map((path) => path.replace('./', '')), ...commands];
  // Other data that is exported, such as the description of the endpoints, is written by a tool, and named in "exports".
  const data = entries.filter((path) => path.endsWith('.json'));
  // Files that users copy.
  const copied = execFileSync('git', ['ls-files', 'deploy'], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((path) => path !== '');
  const pages = root.endsWith('/gateway')
    ? pagesIn(`${root}/dist/pages`).map((path) => `dist/pages/${path}`)
    : [];
  const fixed = ['package.json', 'README.md', 'LICENSE'];
  const expected = [
    ...new Set([...fixed, ...commands, ...data, ...compiled, ...(rooms ?? []), ...copied, ...pages]),
  ];
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
  for (const path of commands.filter((name) => packed.includes(name))) {
    if (!readFileSync(`${root}/${path}`, 'utf8').startsWith('#!/usr/bin/env node\n'))
      problems.push(`${path} does not start with #!/usr/bin/env node`);
  }
  if (compiled.length === 0 || entries.length === 0) problems.push('looked at no file');
  console.log(`pack: ${root}: ${packed.length} files, ${entries.length} entry points`);
  return problems.map((problem) => `${root}: ${problem}`);
}

const problems = ['packages/attestkit', 'packages/testing', 'packages/client', 'packages/gateway'].flatMap(
  problemsOf,
);
for (const text of problems) console.error(`  ${text}`);
process.exitCode = problems.length > 0 ? 1 : 0;
