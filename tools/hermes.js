// @ts-check
// Why this exists: React Native runs Hermes, whose language is older than Node's. Each public path of the client is bundled as
// an app bundles it, and compiled by Hermes' own compiler. The compiler says what Hermes cannot read; it does not run it. It
// fails when it found no path. The compiler is a project of its own, since it has 47 MB.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { installOwn } from './own-install.js';

const root = resolve(import.meta.dirname, '..');
const client = join(root, 'packages/client');
const binaries = join(root, 'tools/hermes/node_modules/hermes-compiler/hermesc');
const PLATFORMS = { linux: 'linux64-bin/hermesc', darwin: 'osx-bin/hermesc', win32: 'win64-bin/hermesc.exe' };
const binary = PLATFORMS[/** @type {keyof typeof PLATFORMS} */ (process.platform)];
if (binary === undefined) throw new Error(`Hermes has no compiler for ${process.platform}`);

installOwn(join(root, 'tools/hermes'));
execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
const home = mkdtempSync(join(tmpdir(), 'attestkit-hermes-'));
process.on('exit', () => rmSync(home, { recursive: true, force: true }));
/** @type {{ exports: Record<string, string | { default: string }> }} */
const { exports: paths } = JSON.parse(readFileSync(join(client, 'package.json'), 'utf8'));
let compiled = 0;
for (const [path, target] of Object.entries(paths)) {
  if (typeof target === 'string') continue; // package.json
  const bundle = await rolldown({ input: join(client, target.default), platform: 'neutral' });
  const { output } = await bundle.generate({ format: 'cjs' });
  const [source, bytecode] = [join(home, 'bundle.js'), join(home, 'bundle.hbc')];
  writeFileSync(source, output[0].code);
  execFileSync(join(binaries, binary), ['-emit-binary', '-O', '-Werror', '-out', bytecode, source], {
    stdio: 'inherit',
  });
  console.log(`hermes: ${path}: ${statSync(bytecode).size} bytes of bytecode`);
  compiled += 1;
}
if (compiled === 0) throw new Error('found no path');
