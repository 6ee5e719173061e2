// @ts-check
// Why this exists: the rooms of packages/attestkit/src depend on each other in one direction only, and the
// package must load through require(). This gate resolves every import, compares it with the one table of allowed
// directions, says how much it looked at, and fails when it looked at nothing. A room has two doors: index.ts for users
// and internal.ts for other rooms (and a file for each further public path). It also fails where files import each other in
// a circle, types included, and where a folder holds more files than one can take in.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { allowedImports } from './allowed-imports.js';

const src = fileURLToPath(new URL('../packages/attestkit/src', import.meta.url));
const paths = readdirSync(src, { recursive: true, encoding: 'utf8' }).map((path) =>
  path.replaceAll('\\', '/'),
);
const files = paths.filter((path) => path.endsWith('.ts'));
const rooms = [
  ...new Set(files.filter((file) => file.includes('/')).map((file) => file.split('/', 1)[0] ?? '')),
];
/** More in one folder than a reader can keep apart; a dozen is the aim. */
const MOST_FILES = 16;
/** @type {string[]} */
const problems = [];
/** Rooms of many small parts: each of their files is a door. */
const OPEN_ROOMS = ['ports', 'kernel', 'adapters'];
const { exports: publicPaths } = JSON.parse(
  readFileSync(new URL('../packages/attestkit/package.json', import.meta.url), 'utf8'),
);
/** The files that users import. */
const publicFiles = Object.values(publicPaths).flatMap((/** @type {{ types?: string }} */ { types = '' }) =>
  types.replace(/^\.\/dist\/(.*)\.d\.ts$/, '$1.ts'),
);
/** What each file imports, types included. @type {Map<string, string[]>} */
const graph = new Map();
let imports = 0;
const importPattern =
  /^\s*(?:import|export)\b[^;'"]*?\bfrom\s*['"]([^'"]+)|^\s*import\s*['"]([^'"]+)|\b(?:import|require)\(\s*['"]([^'"]+)/gm;

/** @param {string} path relative to src @returns {string} the name of its row in the table */
function roomOf(path) {
  const [first = '', second] = path.replace(/\.[jt]s$/, '').split('/');
  return first === 'adapters' && second ? `adapters/${second}` : first;
}

/** @param {string} file @param {string} specifier @returns {string | false} what is wrong with the import */
function faultOfImport(file, specifier) {
  const room = roomOf(file);
  const row = allowedImports[room];
  if (!row) return `${room} has no row in tools/allowed-imports.js`;
  if (specifier.startsWith('node:'))
    return row.builtins?.includes(specifier) === false && `may not import ${specifier}`;
  if (!specifier.startsWith('.')) return !row.packages?.includes(specifier) && `may not import ${specifier}`;
  const target = posix.join(posix.dirname(file), specifier);
  if (!specifier.endsWith('.js') || !files.includes(target.replace(/\.js$/, '.ts')))
    return `${specifier} is no source file (write it with .js)`;
  const other = roomOf(target);
  if (![room, ...row.rooms].includes(other)) return `${room} may not import ${other}`;
  return other !== room && !isDoor(target.replace(/\.js$/, '.ts')) && `${target} is no door of ${other}`;
}

/** @param {string} file */
function isDoor(file) {
  const [first = '', ...rest] = file.split('/');
  return (
    rest.length === 0 ||
    OPEN_ROOMS.includes(first) ||
    rest.join('/') === 'internal.ts' ||
    publicFiles.includes(file)
  );
}

/** Files that import each other, as one path: depth first, by colours (Cormen et al., 20.3). @returns {string[]} */
function circles() {
  /** @type {Map<string, 'open' | 'done'>} */
  const seen = new Map();
  /** @type {string[]} */
  const found = [];
  /** @param {string} file @param {readonly string[]} way */
  const visit = (file, way) => {
    if (seen.get(file) === 'open') found.push([...way.slice(way.indexOf(file)), file].join(' -> '));
    if (seen.has(file)) return;
    seen.set(file, 'open');
    for (const next of graph.get(file) ?? []) visit(next, [...way, file]);
    seen.set(file, 'done');
  };
  for (const file of files) visit(file, []);
  return found;
}

/** An `await` is at the top level when no line that encloses it says `async`. @param {string[]} lines */
function lineOfTopLevelAwait(lines) {
  return lines.findIndex((line, at) => {
    if (!/\bawait\b/.test(line) || /^\s*(\*|\/[/*])/.test(line)) return false;
    let enclosing = line.search(/\S/) + 1;
    for (const text of lines.slice(0, at + 1).toReversed()) {
      const indent = text.search(/\S/);
      if (indent < 0 || indent >= enclosing) continue;
      if (/\basync\b/.test(text)) return false;
      enclosing = /^\s*[)\]}]/.test(text) ? indent + 1 : indent; // a closing line is enclosed by its opening line
    }
    return true;
  });
}

for (const file of files) {
  const text = readFileSync(join(src, file), 'utf8');
  const lines = text.split('\n');
  const specifiers = [...text.matchAll(importPattern)].map(([, ...found]) => found.find(Boolean) ?? '');
  imports += specifiers.length;
  const relative = specifiers.filter((specifier) => specifier.startsWith('.'));
  graph.set(
    file,
    relative.map((specifier) => posix.join(posix.dirname(file), specifier).replace(/\.js$/, '.ts')),
  );
  const faults = specifiers.map((specifier) => faultOfImport(file, specifier));
  const awaited = lineOfTopLevelAwait(lines);
  if (awaited >= 0) faults.push(`top-level await in line ${awaited + 1}`);
  if (lines.length > 301) faults.push('more than 300 lines');
  if (/(^|\/)(utils?|helpers?)(\/|\.)/.test(file)) faults.push('a name that says nothing');
  if (/^export (default\b|\*|\{[^}]*\bas default\b)/m.test(text)) faults.push('default export or `export *`');
  if (file.startsWith('ports/') && /^(export (?!type|interface)|import (?!type))/m.test(text))
    faults.push('ports hold types only');
  problems.push(...faults.filter(Boolean).map((fault) => `${file}: ${fault}`));
}
for (const room of rooms.filter((name) => name !== 'ports')) {
  const readme = join(src, room, 'README.md');
  if (!existsSync(readme)) problems.push(`${room}/README.md is missing`);
  else if (readFileSync(readme, 'utf8').trimEnd().split('\n').length > 20)
    problems.push(`${room}/README.md has more than 20 lines`);
}

for (const circle of circles()) problems.push(`a circle: ${circle}`);
for (const folder of new Set(files.map((file) => posix.dirname(file)))) {
  const { length } = files.filter((file) => posix.dirname(file) === folder);
  if (length > MOST_FILES) problems.push(`${folder} holds ${length} files, more than ${MOST_FILES}`);
}

console.log(`boundaries: ${files.length} files, ${imports} imports, ${rooms.length} rooms`);
if (imports === 0) problems.push('looked at no import');
for (const text of problems) console.error(`  ${text}`);
process.exitCode = problems.length > 0 ? 1 : 0;
