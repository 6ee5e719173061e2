// @ts-check
// Why this exists: what a user can import is a promise, and what an editor shows is the page that is read most. The
// declarations of each public path are read as an editor reads them: a type that they name can be imported, each
// function has an example, and the number of names stays within its limit. It fails when it found no name.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const PACKAGES = ['packages/attestkit', 'packages/testing'];
/** Distinct names of the library that can be imported. */
const MOST_NAMES = 300;
/** Types of the platform that a public declaration may name. */
const PLATFORM = new Set(
  `AbortSignal Array ArrayBuffer ArrayBufferLike AsyncIterable Awaited BodyInit Buffer Date Error ErrorOptions Exclude Extract Function Headers
  HeadersInit Infinity Iterable InstanceType JsonWebKey Map NodeJS NonNullable Omit Parameters Partial Pick PropertyKey Promise PromiseLike
  Readonly ReadonlyArray ReadonlyMap ReadonlySet Record RegExp RegExpExecArray Request RequestInfo RequestInit Required Response ReturnType Set
  TemplateStringsArray Uint8Array URL WeakKey WeakMap globalThis ReadableStream ClassDecorator MethodDecorator ParameterDecorator`.split(
    /\s+/,
  ),
);

/** @typedef {{ text: string, doc: string, kind: string, exports: Map<string, [string, string]>, imports: Map<string, [string, string]> }} Declared */

/** @type {Map<string, { declarations: Map<string, { text: string, doc: string, kind: string }>, exports: Map<string, [string, string]>, imports: Map<string, [string, string]> }>} */
const files = new Map();

/** @param {string} path of a declaration file */
function fileOf(path) {
  const known = files.get(path);
  if (known) return known;
  const text = readFileSync(path, 'utf8');
  /** @type {Map<string, { text: string, doc: string, kind: string }>} */
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
function origin(path, name) {
  if (!path.startsWith('packages/')) return [path, name];
  const file = fileOf(path);
  if (file.declarations.has(name)) return [path, name];
  const exported = file.exports.get(name);
  const [next, theirs] = (exported?.[0] === path ? undefined : exported) ??
    file.imports.get(exported?.[1] ?? name) ?? ['', name];
  return next === '' ? [path, name] : origin(next, theirs);
}

/** The types that a declaration names, without its own parameters. @param {string} text */
function namesIn(text) {
  const bare = text
    .replaceAll(/\/\*[^]*?\*\//g, '')
    .replaceAll(/'[^'\n]*'/g, '')
    .replaceAll(/\bprivate [^;]*;/g, '');
  const parameters = new Set(
    [
      ...bare.matchAll(
        /[<,]\s*(?:const |in |out )*([A-Z]\w*)(?=\s*(?:extends|[,>=]))|infer ([A-Z]\w*)|\[([A-Z]\w*) in /g,
      ),
    ].flatMap(([, a, b, c]) => [a, b, c]),
  );
  const used = new Set(
    [...bare.matchAll(/(?<![\w$.])([A-Z][\w$]*)(?!\w*\s*[?]?:\s)/g)].map(([, name = '']) => name),
  );
  return { used, parameters };
}

const problems = [];
const summaries = [];
for (const folder of PACKAGES) {
  const { name, exports: paths } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  /** @type {Map<string, string>} of each public declaration, `file name`, the path that it is imported from */
  const isPublic = new Map();
  /** @type {Set<string>} */
  const names = new Set();
  for (const [subpath, target] of Object.entries(paths)) {
    const types = /** @type {{ types?: string }} */ (target).types;
    if (types === undefined) continue;
    const entry = join(folder, types);
    for (const exported of fileOf(entry).exports.keys()) {
      names.add(exported);
      const key = origin(entry, exported).join(' ');
      if (!isPublic.has(key)) isPublic.set(key, join(name, subpath));
    }
  }
  let functions = 0;
  for (const [key, path] of isPublic) {
    const [file = '', exported = ''] = key.split(' ');
    const declared = files.get(file)?.declarations.get(exported);
    if (declared === undefined) {
      problems.push(`${path} ${exported}: no declaration was found in ${file}`);
      continue;
    }
    if (declared.kind === 'function') {
      functions += 1;
      if (!declared.doc.includes('@example')) problems.push(`${path} ${exported}: has no @example`);
    }
    const { used, parameters } = namesIn(declared.text);
    for (const each of used) {
      const read = fileOf(file);
      const isParameter = parameters.has(each) && !read.declarations.has(each) && !read.imports.has(each);
      if (each === exported || isParameter || PLATFORM.has(each) || /^[A-Z\d_$]+$/.test(each)) continue;
      const [from, theirs] = origin(file, each);
      if (!from.startsWith('packages/') || isPublic.has(`${from} ${theirs}`)) continue;
      if (folder !== 'packages/attestkit' && from.startsWith('packages/attestkit')) continue;
      problems.push(`${path} ${exported}: names ${each}, which nobody can import`);
    }
  }
  if (names.size === 0) problems.push(`${folder}: no name was found`);
  if (folder === 'packages/attestkit' && names.size > MOST_NAMES)
    problems.push(`${name}: ${names.size} names can be imported; the limit is ${MOST_NAMES}`);
  summaries.push(`${name} ${names.size} names, ${functions} of them functions`);
}
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exitCode = 1;
}
console.log(`surface: ${summaries.join('; ')}`);
