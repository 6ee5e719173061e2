// @ts-check
// Why this exists: gates look at the public declarations as an editor does. This reads what a package exports: each name, the
// file that declares it, its text and its comment.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** @typedef {{ text: string, doc: string, kind: string }} Declaration */
/** @typedef {{ declarations: Map<string, Declaration>, exports: Map<string, [string, string]>, imports: Map<string, [string, string]> }} DeclarationFile */

/** @type {Map<string, DeclarationFile>} */
const files = new Map();

/** @param {string} path of a declaration file */
export function fileOf(path) {
  const known = files.get(path);
  if (known) return known;
  const text = readFileSync(path, 'utf8');
  /** @type {Map<string, Declaration>} */
  const declarations = new Map();
  /** @type {Map<string, [string, string]>} */
  const exports = new Map();
  /** @type {Map<string, [string, string]>} */
  const imports = new Map();
  const read = { declarations, exports, imports };
  files.set(path, read);

  /** @param {string} names @param {string | undefined} from @param {Map<string, [string, string]>} into @param {boolean} outer */
  const list = (names, from, into, outer) => {
    for (const each of names.split(',').map((name) => name.trim().replace(/^type /, ''))) {
      if (each === '') continue;
      const [first = '', second = first] = each.split(' as ');
      const [own, theirs] = outer ? [second, first] : [second, first];
      into.set(own, [
        from?.startsWith('.') ? join(dirname(path), from.replace(/\.js$/, '.d.ts')) : (from ?? path),
        theirs,
      ]);
    }
  };
  // One statement starts at each line that has no indentation.
  for (const part of text.split(/^(?=\/\*\*|export |import |declare |interface |type |class )/m)) {
    const doc = part.startsWith('/**') ? part.slice(0, part.indexOf('*/') + 2) : '';
    const code = part.slice(doc.length).trim() || '';
    if (code === '' && doc !== '') pending = doc;
    const listed = /^(export|import) (?:type )?\{([^}]*)\}(?: from '([^']+)')?/.exec(code);
    if (listed?.[1] === 'export') list(listed[2] ?? '', listed[3], exports, true);
    else if (listed) list(listed[2] ?? '', listed[3], imports, false);
    const declared =
      /^(export )?(?:declare )?(?:abstract )?(function|class|interface|type|const|let) ([\w$]+)/.exec(code);
    if (declared) {
      const [, isExported, kind = '', name = ''] = declared;
      const before = declarations.get(name);
      const ownDoc = doc || pending;
      declarations.set(name, {
        kind,
        doc: (before?.doc ?? '') + ownDoc,
        text: `${before?.text ?? ''}\n${code}`,
      });
      if (isExported) exports.set(name, [path, name]);
    }
    if (code !== '') pending = '';
  }
  return read;
}
let pending = '';

/** Where a name is declared. @param {string} path @param {string} name @returns {[string, string]} */
export function origin(path, name) {
  if (!path.startsWith('packages/')) return [path, name];
  const file = fileOf(path);
  if (file.declarations.has(name)) return [path, name];
  const exported = file.exports.get(name);
  const [next, theirs] = (exported?.[0] === path ? undefined : exported) ??
    file.imports.get(exported?.[1] ?? name) ?? ['', name];
  return next === '' ? [path, name] : origin(next, theirs);
}

/**
 * The public names of a package: for each declaration, `file name`, the path that it is imported from.
 *
 * @param {string} folder @returns {{ name: string, names: Set<string>, declared: Map<string, string>, byPath: Map<string, Set<string>> }}
 */
export function publicNames(folder) {
  const { name, exports: paths } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  /** @type {Map<string, string>} */
  const declared = new Map();
  /** @type {Set<string>} */
  const names = new Set();
  /** @type {Map<string, Set<string>>} */
  const byPath = new Map();
  for (const [subpath, target] of Object.entries(paths)) {
    const types = /** @type {{ types?: string }} */ (target).types;
    if (types === undefined) continue;
    const entry = join(folder, types);
    byPath.set(join(name, subpath), new Set(fileOf(entry).exports.keys()));
    for (const exported of fileOf(entry).exports.keys()) {
      names.add(exported);
      const key = origin(entry, exported).join(' ');
      if (!declared.has(key)) declared.set(key, join(name, subpath));
    }
  }
  return { name, names, declared, byPath };
}
