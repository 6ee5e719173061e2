// @ts-check
// Why this exists: a security engineer reads a verifier beside its specification. This writes docs/steps.md from the check
// catalogs of the built library: each step of a specification, the check that stands for it, its code, the line that
// asks it, and a test in which it fails. It fails where a check is asked nowhere or has no such test; with --check also
// where the page is not what it should be.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KINDS } from './allowed-imports.js';
import { catalogs, checksIn } from './catalogs.js';

/** @typedef {import('./catalogs.js').Check} Check */
/** @typedef {{ path: string, lines: readonly string[] }} Source */

const root = new URL('../', import.meta.url);
const src = 'packages/attestkit/src';
const page = new URL('docs/steps.md', root);

/** Where a check fails on purpose, in the order in which a reader would look. */
const TESTS = [
  'packages/attestkit/test',
  'packages/testing/src',
  'packages/testing/test',
  'conformance',
  'fuzz/test',
];

/** @param {string} folder @returns {Source[]} */
function read(folder) {
  const names = readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => /(?<!\.d)\.ts$/.test(name) && !/(^|\/)(dist|node_modules)\//.test(name))
    .toSorted()
    .map((name) => posix.join(folder, name.replaceAll('\\', '/')))
    .map((path) => ({ path, lines: readFileSync(new URL(path, root), 'utf8').split('\n') }));
}

const sources = read(src);
const tests = TESTS.flatMap(read);

/** How each check is called in the code: the constant that holds it, the file of that, its name there, and whether they are those of a JWT. @type {Map<string, { path: string, constant: string, name: string, isJwt: boolean }>} */
const names = new Map();
for (const { path } of sources.filter((each) => each.path.endsWith('checks.ts'))) {
  const built = new URL(path.replace('/src/', '/dist/').replace(/\.ts$/, '.js'), root);
  for (const [constant, value] of Object.entries(await import(built.href)))
    if (!Array.isArray(value) && typeof value === 'object')
      for (const [name, check] of Object.entries(value))
        if (checksIn(check).length === 1)
          names.set(check.code, { path, constant, name, isJwt: 'expiryPresent' in value });
}

/** Whether a line is in a list of the checks that a test file does not try: `filter((code) => !tried.has(code))`, up to the end of that list. @param {readonly string[]} lines @param {number} index */
function isListOfUntried(lines, index) {
  const begin = lines.findLastIndex((line, at) => at < index && /!\w+\.has\(code\)/.test(line));
  return begin >= 0 && !lines.slice(begin, index).some((line) => /^\s*\]/.test(line));
}

/** @param {Source} source @param {RegExp} pattern @param {number} [from] @returns {string | undefined} */
function place({ path, lines }, pattern, from = 0) {
  const at = lines.findIndex(
    (line, index) => index >= from && pattern.test(line) && !isListOfUntried(lines, index),
  );
  return at < 0 ? undefined : `${path}#L${at + 1}`;
}

/** What a file calls a constant of another file; undefined where it does not import it. @param {Source} source @param {string} from @param {string} constant */
function aliasIn({ path, lines }, from, constant) {
  const text = lines.join('\n');
  for (const [, list = '', specifier = ''] of text.matchAll(/import \{([^}]*)\} from '([^']+)'/g)) {
    if (posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts') !== from) continue;
    const found = list.split(',').find((each) => each.trim().split(' ')[0] === constant);
    if (found !== undefined) return found.trim().split(' as ').at(-1);
  }
  return undefined;
}

/** The line that asks a check: by its catalog's name, or, of those that several catalogs share, by the parameter `defs`. @param {string} code */
function asked(code) {
  const named = names.get(code);
  if (named === undefined) return undefined;
  const { path, constant, name, isJwt } = named;
  for (const source of sources) {
    const alias = aliasIn(source, path, constant);
    const found = alias && place(source, new RegExp(`\\b${alias}\\.${name}\\b`));
    if (found) return found;
  }
  const [room = ''] = path.slice(src.length + 1).split('/', 1);
  const shared = isJwt ? ['kernel/jose/jws.ts', 'kernel/jose/claims.ts'] : [`${room}/`, 'kernel/jose/jwe.ts'];
  return sources
    .filter((source) => shared.some((each) => source.path.startsWith(`${src}/${each}`)))
    .map((source) => place(source, new RegExp(`\\bdefs\\.${name}\\b`)))
    .find((found) => found !== undefined);
}

/** Checks that a token shares with others, and that the layer around it answers first. @type {Readonly<Record<string, string>>} */
const UNREACHABLE = {
  ERR_PLAY_INTEGRITY_JWS_KEY_UNKNOWN: 'the key comes with the key that decrypted it',
};

/** Tests of a room write a code whole, without its beginning, or as the name of its check. @param {Source} source @param {string} room @param {string} code */
function failingIn(source, room, code) {
  const text = source.lines.join('\n');
  const cut = [...text.matchAll(/replace\('(ERR_[A-Z_]+)', ''\)/g)].map(([, prefix = '']) => prefix);
  const added = [...text.matchAll(/\b(ERR_[A-Z_]+_)\$\{/g)].map(([, prefix = '']) => prefix);
  const ofRoom = added.length + cut.length > 0 ? [] : [`ERR_${room.toUpperCase().replaceAll('-', '_')}_`];
  const prefixes = [...ofRoom, ...added, ...cut].filter((each) => code.startsWith(each));
  const short = prefixes.map((prefix) => `'${code.slice(prefix.length)}'`);
  const found = place(source, new RegExp([`\\b${code}\\b`, ...short].join('|')));
  const { constant = '', name = '' } = names.get(code) ?? {};
  if (found !== undefined || !text.includes(constant)) return found;
  // A file with tables of several catalogs names the one that follows.
  const after = source.lines.findLastIndex((line) => line.includes(`keyof typeof ${constant}`));
  return place(source, new RegExp(`\\['${name}',`), after + 1);
}

/** @param {string} room @param {string} code */
function failing(room, code) {
  const own = tests.filter(({ path }) => path.startsWith(`packages/attestkit/test/${room}/`));
  const places = [
    ...own.map((source) => failingIn(source, room, code)),
    ...tests.map((source) => place(source, new RegExp(`\\b${code}\\b`))),
  ];
  return places.find((found) => found !== undefined);
}

/** @param {string} path */
const link = (path) => `[${posix.basename(path).replace('#L', ':')}](../${path})`;

/** @type {string[]} */
const problems = [];
// The other rooms have no specification but this library's own.
const sections = (await catalogs())
  .filter(({ room }) => KINDS.includes(room))
  .map(({ room, title, checks }) => {
    const rows = checks.map(({ code, name, spec }) => {
      const [line, test] = [asked(code), failing(room, code)];
      if (line === undefined) problems.push(`${code} is asked nowhere`);
      if ((test === undefined) !== code in UNREACHABLE)
        problems.push(`${code} has no test in which it fails, or is listed as one that has none and has one`);
      return `| ${spec} | ${name} | \`${code}\` | ${line && link(line)} | ${test ? link(test) : `never: ${UNREACHABLE[code]}`} |`;
    });
    return [
      `## ${title}`,
      '',
      '| step | check | code | asked in | fails in |',
      '| --- | --- | --- | --- | --- |',
      ...rows,
    ].join('\n');
  });

const text = `<!-- Written by tools/steps.js from the check catalogs: run npm run docs. -->

# Verifiers, step by step

Each verifier is one straight line of checks. The rows are in the order of verification: where the rule comes from, the check, the
code that a request is refused with, the line that asks it, and the first test in which it fails. The sentence of each code is in the
[reference](errors.md).

${sections.join('\n\n')}
`;

if (!process.argv.includes('--check')) writeFileSync(page, text);
else if (!existsSync(page) || readFileSync(page, 'utf8') !== text)
  problems.push(`${fileURLToPath(page)} is not what the catalogs say: run npm run docs`);
console.log(`steps: ${text.match(/^\| .*ERR_/gm)?.length ?? 0} checks of ${sections.length} verifiers`);
for (const problem of problems) console.error(`  ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;
