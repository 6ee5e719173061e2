// @ts-check
// Why this exists: the Kotlin core in clients/kotlin must do what the client in TypeScript does. This installs the Kotlin compiler
// there from its lock file, compiles the core and its replay with all warnings as errors, and replays vectors/client. It needs
// Java 17 or later, and says so if it is missing. No part of `npm test`: the compiler has 94 MB.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { installOwn } from './own-install.js';

const root = resolve(import.meta.dirname, '..');
const folder = join(root, 'clients/kotlin');
const compiler = join(folder, 'node_modules/kotlin-compiler');
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

/** @returns {string | undefined} what went wrong */
function replay() {
  installOwn(folder);
  const classes = mkdtempSync(join(tmpdir(), 'attestkit-kotlin-'));
  process.on('exit', () => rmSync(classes, { recursive: true, force: true }));
  const library = join(compiler, 'lib/kotlin-stdlib.jar');
  // What bin/kotlinc starts, which is a script of bash.
  const compiled = runJava([
    '-Xmx768M',
    '-cp',
    join(compiler, 'lib/kotlin-compiler.jar'),
    'org.jetbrains.kotlin.cli.jvm.K2JVMCompiler',
    ...'-no-stdlib -no-reflect -jvm-target 17 -Werror'.split(' '),
    ...['src', 'test'].map((part) => join(folder, part)),
    '-classpath',
    library,
    '-d',
    classes,
  ]);
  if (!compiled) return 'the sources do not compile';
  const main = [
    '-cp',
    `${classes}${process.platform === 'win32' ? ';' : ':'}${library}`,
    'attestkit.client.MainKt',
  ];
  return runJava([...main, join(root, 'vectors/client')]) ? undefined : 'the replay failed';
}

const problem = missing() ?? replay();
if (problem !== undefined) console.error(`kotlin: ${problem}`);
process.exitCode = problem === undefined ? 0 : 1;
