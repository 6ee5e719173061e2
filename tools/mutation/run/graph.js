// @ts-check
// Which files a file of tests loads: a mutant that acts while its file loads can only be noticed by those.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const IMPORTS = /\b(?:from|import)\s*\(?\s*["']([^"']+)["']/g;

/** @param {string} folder of the copy @returns {(file: string) => ReadonlySet<string>} every path that a file imports, itself included */
export function importsIn(folder) {
  /** @type {Map<string, string>} */
  const addresses = new Map();
  for (const part of ['packages/attestkit', 'packages/testing']) {
    const { name, exports } = JSON.parse(readFileSync(join(folder, part, 'package.json'), 'utf8'));
    for (const [path, { default: file }] of Object.entries(exports))
      if (file) addresses.set(path.replace('.', name), join(part, file));
  }

  /** @type {Map<string, string[]>} */
  const direct = new Map();
  /** @param {string} file */
  const importsOf = (file) => {
    const known = direct.get(file);
    if (known !== undefined) return known;
    const text = existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8') : '';
    const found = [...text.matchAll(IMPORTS)].flatMap(([, specifier = '']) => {
      const path = specifier.startsWith('.') ? join(dirname(file), specifier) : addresses.get(specifier);
      return path === undefined ? [] : [path];
    });
    direct.set(file, found);
    return found;
  };

  return (file) => {
    const seen = new Set([file]);
    for (const each of seen) for (const next of importsOf(each)) seen.add(next);
    return seen;
  };
}
