// @ts-check
// A copy of the packages in a temporary folder, as JavaScript, with the mutants in it. The tree itself is never touched.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { transformWithOxc } from 'vite';
import { instrument } from '../mutants/find.js';

/** @typedef {import('../mutants/find.js').Mutant} Mutant */

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PACKAGES = ['packages/attestkit', 'packages/testing'];

/** Writes the manifest of a package with its public paths on the sources. @param {string} copy @param {string} folder @returns {string} its name */
function writeManifest(copy, folder) {
  const manifest = readFileSync(join(ROOT, folder, 'package.json'), 'utf8');
  writeFileSync(join(copy, folder, 'package.json'), manifest.replace(/\.\/(?:dist|lib)\//g, './src/'));
  return JSON.parse(manifest).name;
}

/** Links what is installed, the packages themselves and Vitest apart. @param {string} copy @param {string[]} names */
function linkModules(copy, names) {
  const modules = join(copy, 'node_modules');
  mkdirSync(join(modules, 'vitest'), { recursive: true });
  for (const name of readdirSync(join(ROOT, 'node_modules')))
    if (![...names, 'vitest', '.bin'].includes(name))
      symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  for (const [index, name] of names.entries())
    symlinkSync(join(copy, PACKAGES[index] ?? ''), join(modules, name));
  const registry = join(modules, 'vitest', 'index.js');
  cpSync(fileURLToPath(new URL('registry.js', import.meta.url)), registry);
  writeFileSync(join(modules, 'vitest', 'package.json'), '{ "type": "module", "exports": "./index.js" }');
  return pathToFileURL(registry).href;
}

/**
 * Makes the copy.
 *
 * @param {ReadonlyMap<string, [number, Mutant][]>} mutants by the path of their file from the root
 * @returns {Promise<{ folder: string, registry: string }>}
 */
export async function makeCopy(mutants) {
  const folder = mkdtempSync(join(tmpdir(), 'attestkit-mutation-'));
  for (const part of PACKAGES) {
    for (const name of readdirSync(join(ROOT, part), { recursive: true, encoding: 'utf8' })) {
      if (!/^(src|test|bin)[\\/]/.test(name) || !/\.\w+$/.test(name)) continue;
      const path = `${part}/${name.replaceAll('\\', '/')}`;
      const target = join(folder, path);
      mkdirSync(dirname(target), { recursive: true });
      if (!path.endsWith('.ts')) {
        cpSync(join(ROOT, path), target, { recursive: true });
        continue;
      }
      const text = instrument(readFileSync(join(ROOT, path), 'utf8'), mutants.get(path) ?? []);
      const { code } = await transformWithOxc(text, join(ROOT, path), { sourcemap: false });
      writeFileSync(target.replace(/\.ts$/, '.js'), code);
    }
    const own = join(ROOT, part, 'node_modules');
    if (existsSync(own)) symlinkSync(own, join(folder, part, 'node_modules'));
  }
  symlinkSync(join(ROOT, 'docs'), join(folder, 'docs'));
  const names = PACKAGES.map((part) => writeManifest(folder, part));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  return { folder, registry: linkModules(folder, names) };
}
