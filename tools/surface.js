// @ts-check
// Why this exists: what a user can import is a promise, and what an editor shows is the page that is read most. The
// declarations of each public path are read as an editor reads them: a type that they name can be imported, each
// function has an example, and the number of names stays within its limit. It fails when it found no name.
import { fileOf, origin, publicNames } from './declarations.js';

const PACKAGES = ['packages/attestkit', 'packages/testing', 'packages/client'];
/** Distinct names of the library that can be imported. */
const MOST_NAMES = 319;
/** Types of the platform that a public declaration may name. */
const PLATFORM = new Set(
  `AbortSignal Array ArrayBuffer ArrayBufferLike AsyncIterable Awaited BodyInit Buffer Date Error ErrorOptions Exclude Extract Function Headers
  HeadersInit Infinity Iterable InstanceType JsonWebKey Map NodeJS NonNullable Omit Parameters Partial Pick PropertyKey Promise PromiseLike
  Readonly ReadonlyArray ReadonlyMap ReadonlySet Record RegExp RegExpExecArray Request RequestInfo RequestInit Required Response ReturnType Set
  TemplateStringsArray Uint8Array URL WeakKey WeakMap globalThis ReadableStream ClassDecorator MethodDecorator ParameterDecorator`.split(
    /\s+/,
  ),
);

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
  const { name, names, declared: isPublic } = publicNames(folder);
  let functions = 0;
  for (const [key, path] of isPublic) {
    const [file = '', exported = ''] = key.split(' ');
    const declared = fileOf(file).declarations.get(exported);
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
