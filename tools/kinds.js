// @ts-check
// Why this exists: a kind of evidence is a folder, and a dozen other places have to know it. The compiler and the gates find
// most of them: a kind without checks in src/catalog.ts, without causes, without a README. This finds the rest: a kind that users
// cannot import, cannot read about, or that no test and no mutant reaches. It fails if it found no kind.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { KINDS } from './allowed-imports.js';
import { rooms as mutated } from './mutation/rooms.js';

/** Pages whose name is not that of the kind. @type {Readonly<Record<string, string>>} */
const PAGES = { 'signed-token': 'attester-tokens' };

const root = new URL('../', import.meta.url);
/** @param {string} path */
const exists = (path) => existsSync(new URL(path, root));
/** @param {string} path */
const read = (path) => readFileSync(new URL(path, root), 'utf8');

const { exports } = JSON.parse(read('packages/attestkit/package.json'));
const readme = read('packages/attestkit/README.md');
const options = read('docs/options.md');

/** @param {string} kind @returns {(string | false)[]} what is missing */
function faultsOf(kind) {
  const page = `docs/${PAGES[kind] ?? kind}.md`;
  const tests = `packages/attestkit/test/${kind}/`;
  const imports = `from 'attestkit/${kind}'`;
  return [
    ...['index.ts', 'internal.ts', 'checks.ts'].map(
      (file) => !exists(`packages/attestkit/src/${kind}/${file}`) && `${file} is missing from its folder`,
    ),
    exports[`./${kind}`]?.default !== `./lib/${kind}/index.js` &&
      `packages/attestkit/package.json does not export its index.ts as ./${kind}`,
    !readme.includes(`/${kind}\``) && `packages/attestkit/README.md does not list attestkit/${kind}`,
    !exists(page)
      ? `it has no page: write ${page}`
      : !read(page).includes(imports) && `${page} does not import attestkit/${kind}`,
    !options.includes(imports) &&
      `docs/options.md does not have its options, last in the block that compiles`,
    !(exists(tests) && readdirSync(new URL(tests, root)).some((name) => name.endsWith('.test.ts'))) &&
      `${tests} has no tests`,
    !(kind in mutated) && 'tools/mutation/rooms.js does not have it',
  ];
}

const problems = KINDS.flatMap((kind) =>
  faultsOf(kind)
    .filter((fault) => fault !== false)
    .map((fault) => `${kind}: ${fault}`),
);
if (KINDS.length === 0) problems.push('found no kind');
console.log(`kinds: ${KINDS.length} kinds of evidence`);
for (const problem of problems) console.error(`  ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;
