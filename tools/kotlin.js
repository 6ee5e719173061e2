// @ts-check
// Why this exists: the Kotlin core in clients/kotlin must do what the client in TypeScript does, and the Android code in the
// documentation must compile. This installs the Kotlin compiler there from its lock file, compiles the core, its tests and each
// block of the page that names a file, against hand-written stubs and with all warnings as errors. It replays vectors/client,
// and runs the checks of the Android code. It needs Java 17 or later, and says so if it is missing. No part of `npm test`: the
// compiler has 94 MB.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { installOwn } from './own-install.js';

const root = resolve(import.meta.dirname, '..');
const folder = join(root, 'clients/kotlin');
const compiler = join(folder, 'node_modules/kotlin-compiler');
const page = join(root, 'docs/client-android.md');
const java = process.env['JAVA_HOME'] === undefined ? 'java' : join(process.env['JAVA_HOME'], 'bin/java');

/** @returns {string | undefined} what is missing */
function missing() {
  // Java prints its version to the standard error.
  const { error, stderr } = spawnSync(java, ['-version'], { encoding: 'utf8' });
  if (error !== undefined) return `${java} cannot be started: install Java 17 or later, or set JAVA_HOME`;
  const [, major] = /version "(\d+)/.exec(stderr) ?? [];
  return Number(major) >= 17 ? undefined : `Java 17 or later is needed, and this is ${stderr.split('\n')[0]}`;
}

/** @param {string[]} args @returns {boolean} whether it succeeded */
function runJava(args) {
  return spawnSync(java, args, { stdio: 'inherit' }).status === 0;
}

/**
 * Writes the blocks of a page that are marked `kotlin Name.kt` into files of these names. Empty lines before the code let the line
 * numbers of the compiler be those of the page.
 *
 * @param {string} into @returns {number} how many
 */
function writeBlocks(into) {
  mkdirSync(into);
  const text = readFileSync(page, 'utf8');
  const blocks = [...text.matchAll(/^```kotlin (\S+\.kt)\n(.*?)^```$/gms)];
  for (const { 1: name = '', 2: code = '', index } of blocks) {
    const lines = text.slice(0, index).split('\n').length;
    writeFileSync(join(into, name), '\n'.repeat(lines) + code, { flag: 'wx' });
  }
  return blocks.length;
}

/** @returns {string | undefined} what went wrong */
function replay() {
  installOwn(folder);
  const made = mkdtempSync(join(tmpdir(), 'attestkit-kotlin-'));
  process.on('exit', () => rmSync(made, { recursive: true, force: true }));
  const [classes, blocks] = [join(made, 'classes'), join(made, 'client-android.md')];
  const count = writeBlocks(blocks);
  if (count === 0) return `${page} has no block that names a file`;
  const separator = process.platform === 'win32' ? ';' : ':';
  const libraries = ['kotlin-stdlib', 'kotlinx-coroutines-core-jvm'].map((name) =>
    join(compiler, `lib/${name}.jar`),
  );
  // What bin/kotlinc starts, which is a script of bash.
  const compiled = runJava([
    '-Xmx768M',
    '-cp',
    join(compiler, 'lib/kotlin-compiler.jar'),
    'org.jetbrains.kotlin.cli.jvm.K2JVMCompiler',
    ...'-no-stdlib -no-reflect -jvm-target 17 -Werror'.split(' '),
    ...['src', 'test'].map((part) => join(folder, part)),
    blocks,
    '-classpath',
    libraries.join(separator),
    '-d',
    classes,
  ]);
  if (!compiled) return 'the sources do not compile';
  console.log(`${count} files of docs/client-android.md compiled`);
  const main = ['-cp', [classes, ...libraries].join(separator), 'attestkit.client.MainKt'];
  return runJava([...main, join(root, 'vectors/client')]) ? undefined : 'the replay failed';
}

const problem = missing() ?? replay();
if (problem !== undefined) console.error(`kotlin: ${problem}`);
process.exitCode = problem === undefined ? 0 : 1;
