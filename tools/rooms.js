// @ts-check
// Why this exists: what an import costs is a matter of files, and the library has some 400. This writes what is published,
// packages/attestkit/lib, from what the compiler made of the sources: one readable file for each room, and the entry points.
// It fails where files import each other in a circle, or where an entry point would load a package that its source does not.
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const PACKAGE = fileURLToPath(new URL('../packages/attestkit/', import.meta.url)).replaceAll('\\', '/');
const COMPILED = `${PACKAGE}dist/`;
const { exports } = JSON.parse(readFileSync(`${PACKAGE}package.json`, 'utf8'));

const entries = Object.values(exports)
  .flatMap(({ default: path }) => (path === undefined ? [] : [path]))
  .concat('./lib/cli/main.js')
  .map((path) => path.replace(/^\.\/lib\/(.*)\.js$/, '$1'));

/** What one adapter or store needs, the others do without. */
const OF_MANY = ['adapters', 'stores'];

/** @param {string} id of a module @returns {string | null} the file that it goes into; null for an entry point */
function roomOf(id) {
  if (!id.startsWith(COMPILED)) return null;
  const path = id.slice(COMPILED.length).replace(/\.js$/, '');
  const [room = '', file, deeper] = path.split('/');
  if (file === undefined) return room === 'catalog' ? room : 'guard';
  if (OF_MANY.includes(room) && (deeper !== undefined || entries.includes(path))) return file;
  return room === 'ports' ? 'kernel' : room;
}

/** An entry point exports what its source does, and nothing of what the rooms get from each other. */
const ENTRY = 'entry:';

const bundle = await rolldown({
  input: Object.fromEntries(entries.map((entry) => [entry, `${ENTRY}${entry}`])),
  platform: 'node',
  plugins: [
    {
      name: 'entries',
      resolveId: (id) => (id.startsWith(ENTRY) ? id : undefined),
      load: (id) =>
        id.startsWith(ENTRY) ? `export * from '${COMPILED}${id.slice(ENTRY.length)}.js';` : undefined,
    },
  ],
  external: (id) => !/^(?:\.|\/|entry:)/.test(id),
  preserveEntrySignatures: 'allow-extension',
  treeshake: { moduleSideEffects: false },
});
const { output } = await bundle.write({
  dir: `${PACKAGE}lib`,
  cleanDir: true,
  entryFileNames: '[name].js',
  chunkFileNames: 'rooms/[name].js',
  codeSplitting: { includeDependenciesRecursively: false, groups: [{ debugName: 'rooms', name: roomOf }] },
});

const written = new Map(output.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file]] : [])));

/** What a file of lib loads with it. @param {string} file @param {readonly string[]} [way] @returns {string[]} */
function loadedBy(file, way = []) {
  if (way.includes(file)) throw new Error(`these import each other: ${[...way, file].join(' -> ')}`);
  const imports = written.get(file)?.imports ?? [];
  return imports.flatMap((each) => [each, ...loadedBy(each, [...way, file])]);
}

/** The same of a compiled file. @param {string} file @param {Set<string>} [seen] @returns {Set<string>} */
function compiledWith(file, seen = new Set()) {
  for (const [, from = ''] of readFileSync(`${COMPILED}${file}`, 'utf8').matchAll(
    /^(?:[^*/\n].*)?from '(.+)';$/gm,
  )) {
    const path = from.startsWith('.') ? posix.join(posix.dirname(file), from) : from;
    if (seen.has(path)) continue;
    seen.add(path);
    if (from.startsWith('.')) compiledWith(path, seen);
  }
  return seen;
}

/** @param {Iterable<string>} paths */
const packages = (paths) =>
  new Set([...paths].filter((path) => !path.endsWith('.js') && !path.startsWith('node:')));

for (const entry of entries) {
  const own = packages(compiledWith(`${entry}.js`));
  const more = [...packages(loadedBy(`${entry}.js`))].filter((name) => !own.has(name));
  if (more.length > 0) throw new Error(`lib/${entry}.js loads ${more.join(', ')}, and its source does not`);
}
console.log(`rooms: ${entries.length} entry points, ${written.size - entries.length} rooms`);
