// @ts-check
// Why this exists: the rooms of a package depend on each other in one direction only, the testing kit knows of the library
// only what its users do, and both must load through require(). This gate resolves every import, compares it with the
// tables of allowed directions, says how much it looked at, and fails when it looked at nothing. A room of the library has
// two doors: index.ts for users and internal.ts for other rooms (and a file for each further public path). It also fails
// where files import each other in a circle, types included, and where a folder holds more files than one can take in.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { allowedImports, clientImports, gatewayImports, kitImports } from './allowed-imports.js';

/**
 * A package: its table, the specifiers of other packages that every room may import, and whether its rooms have doors
 * and a README each.
 *
 * @typedef {{ folder: string, rows: import('./allowed-imports.js').Rows, everywhere: string[], hasDoors: boolean }} Package
 */

/** More in one folder than a reader can keep apart; a dozen is the aim. */
const MOST_FILES = 16;
/** Rooms of many small parts: each of their files is a door. */
const OPEN_ROOMS = ['ports', 'kernel', 'adapters'];
const importPattern =
  /^\s*(?:import|export)\b[^;'"]*?\bfrom\s*['"]([^'"]+)|^\s*import\s*['"]([^'"]+)|\b(?:import|require)\(\s*['"]([^'"]+)/gm;

const library = manifestOf('packages/attestkit');
/** The files that users of the library import. */
const publicFiles = Object.values(library.exports).flatMap(
  (/** @type {{ types?: string }} */ { types = '' }) => types.replace(/^\.\/dist\/(.*)\.d\.ts$/, '$1.ts'),
);
const publicPaths = Object.keys(library.exports).map((path) => path.replace('.', library.name));

/** @type {Package[]} */
const packages = [
  { folder: 'packages/attestkit', rows: allowedImports, everywhere: [], hasDoors: true },
  { folder: 'packages/testing', rows: kitImports, everywhere: publicPaths, hasDoors: false },
  { folder: 'packages/client', rows: clientImports, everywhere: [], hasDoors: false },
  { folder: 'packages/gateway', rows: gatewayImports, everywhere: publicPaths, hasDoors: false },
];

/** @param {string} folder */
function manifestOf(folder) {
  return JSON.parse(readFileSync(new URL(`../${folder}/package.json`, import.meta.url), 'utf8'));
}

/** @param {string} path relative to src @returns {string} the name of its row in the table */
function roomOf(path) {
  const [first = '', second] = path.replace(/\.[jt]s$/, '').split('/');
  return first === 'adapters' && second ? `adapters/${second}` : first;
}

/**
 * @param {Package} of @param {string[]} files @param {string} file @param {string} specifier
 * @returns {string | false} what is wrong with the import
 */
function faultOfImport({ rows, everywhere, hasDoors }, files, file, specifier) {
  const room = roomOf(file);
  const row = rows[room];
  if (!row) return `${room} has no row in tools/allowed-imports.js`;
  if (specifier.startsWith('node:'))
    return row.builtins?.includes(specifier) === false && `may not import ${specifier}`;
  if (!specifier.startsWith('.'))
    return ![...everywhere, ...(row.packages ?? [])].includes(specifier) && `may not import ${specifier}`;
  const target = posix.join(posix.dirname(file), specifier);
  if (!specifier.endsWith('.js') || !files.includes(target.replace(/\.js$/, '.ts')))
    return `${specifier} is no source file (write it with .js)`;
  const other = roomOf(target);
  if (![room, ...row.rooms].includes(other)) return `${room} may not import ${other}`;
  if (other === room || !hasDoors) return false;
  return !isDoor(target.replace(/\.js$/, '.ts')) && `${target} is no door of ${other}`;
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

/** Files that import each other, as one path: depth first, by colors (Cormen et al., 20.3). @param {Map<string, string[]>} graph */
function circles(graph) {
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
  for (const file of graph.keys()) visit(file, []);
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

/** @param {string} file @param {string} text @returns {(string | false)[]} what is wrong with it, its imports apart */
function faultsOfText(file, text) {
  const lines = text.split('\n');
  const awaited = lineOfTopLevelAwait(lines);
  return [
    awaited >= 0 && `top-level await in line ${awaited + 1}`,
    lines.length > 301 && 'more than 300 lines',
    /(^|\/)(utils?|helpers?)(\/|\.)/.test(file) && 'a name that says nothing',
    /^export (default\b|\*|\{[^}]*\bas default\b)/m.test(text) && 'default export or `export *`',
    file.startsWith('ports/') &&
      /^(export (?!type|interface)|import (?!type))/m.test(text) &&
      'ports hold types only',
  ];
}

/** @param {string} src @param {string} room @returns {string | undefined} */
function faultOfReadme(src, room) {
  const readme = join(src, room, 'README.md');
  if (!existsSync(readme)) return `${room}/README.md is missing`;
  const { length } = readFileSync(readme, 'utf8').trimEnd().split('\n');
  return length > 20 ? `${room}/README.md has more than 20 lines` : undefined;
}

/** Looks at one package, and says how much that was. @param {Package} of @returns {string[]} what is wrong with it */
function problemsOf(of) {
  const src = fileURLToPath(new URL(`../${of.folder}/src`, import.meta.url));
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts'));
  const rooms = [
    ...new Set(files.filter((file) => file.includes('/')).map((file) => file.split('/')[0] ?? '')),
  ];
  /** What each file imports, types included. @type {Map<string, string[]>} */
  const graph = new Map();
  /** @type {string[]} */
  const problems = [];
  let imports = 0;
  for (const file of files) {
    const text = readFileSync(join(src, file), 'utf8');
    const specifiers = [...text.matchAll(importPattern)].map(([, ...found]) => found.find(Boolean) ?? '');
    imports += specifiers.length;
    const relative = specifiers.filter((specifier) => specifier.startsWith('.'));
    graph.set(
      file,
      relative.map((specifier) => posix.join(posix.dirname(file), specifier).replace(/\.js$/, '.ts')),
    );
    const faults = specifiers.map((specifier) => faultOfImport(of, files, file, specifier));
    const all = [...faults, ...faultsOfText(file, text)].filter(Boolean);
    problems.push(...all.map((fault) => `${file}: ${fault}`));
  }
  if (of.hasDoors)
    problems.push(
      ...rooms.filter((room) => room !== 'ports').flatMap((room) => faultOfReadme(src, room) ?? []),
    );
  for (const circle of circles(graph)) problems.push(`a circle: ${circle}`);
  for (const folder of new Set(files.map((file) => posix.dirname(file)))) {
    const { length } = files.filter((file) => posix.dirname(file) === folder);
    if (length > MOST_FILES) problems.push(`${folder} holds ${length} files, more than ${MOST_FILES}`);
  }
  console.log(`boundaries: ${of.folder}: ${files.length} files, ${imports} imports, ${rooms.length} rooms`);
  if (imports === 0) problems.push('looked at no import');
  return problems.map((problem) => `${of.folder}: ${problem}`);
}

const problems = packages.flatMap(problemsOf);
for (const text of problems) console.error(`  ${text}`);
process.exitCode = problems.length > 0 ? 1 : 0;
