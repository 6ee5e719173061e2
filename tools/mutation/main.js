// @ts-check
// Why this exists: a test that cannot fail looks like one that can. This changes one thing in a room of the library at a
// time, and says which changes no test notices. The mutants of a run sleep in one copy of the packages, and tests run in
// one process that is kept, so that a mutant costs the time of the tests that reach it, up to the first that fails.
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { endWithUsage, noSuch, problemOf } from '../command-line/usage.js';
import { changeOf, outdated, readHarmless, setApart } from './harmless.js';
import { findMutants } from './mutants/find.js';
import { sample } from './mutants/sample.js';
import { ROOT, makeCopy } from './run/copy.js';
import { examine } from './run/examine.js';
import { EVERYWHERE, LEFT_OUT, rooms } from './rooms.js';

/** @typedef {import('./mutants/find.js').Mutant} Mutant */
/** @typedef {import('./run/examine.js').Result} Result */

const SRC = 'packages/attestkit/src';
const TEST = 'packages/attestkit/test';

const usage = `Changes one thing in a room at a time, and says which changes no test notices:

  npm run mutation -- --room ROOM   the room: one of the list below
    --sample 300                    how many mutants (0: all of them)
    --seed 1                        which ones: the same seed, the same mutants
    --only FILE[:LINE][,…]          every mutant of these files (or lines) of the room, not a sample
    --again FILE                    those of the sample that an earlier report, kept in a file, names as survivors
    --own                           runs the tests of the room alone, not those of others that cover it
    --tests TEXT                    runs the files of tests alone whose path has this text
    --list                          shows the mutants and runs nothing
    --verbose                       says which test killed each mutant
    --help                          shows this

  rooms  ${Object.keys(rooms).join(', ')}

A survivor is a hole: write a test that fails with the change and passes without it, or put the mutant into
tools/mutation/harmless.json with the reason why a caller can never see it. The entry has the file, the line of the
source, the change as the report shows it, and the reason. Entries that match nothing any more are reported.

Strings with a blank in them are not changed: a test should not pin the wording of a sentence. Tests that start
processes, need servers, or take more than 2.5 s are left out.`;

/** @param {string} problem @returns {never} */
function refuse(problem) {
  return endWithUsage(usage, problem);
}

function readOptions() {
  const text = /** @type {const} */ ({ type: 'string' });
  const flag = /** @type {const} */ ({ type: 'boolean' });
  const flags = { own: flag, list: flag, verbose: flag, help: flag };
  const known = { room: text, sample: text, seed: text, only: text, again: text, tests: text, ...flags };
  try {
    return parseArgs({ options: known }).values;
  } catch (error) {
    return refuse(problemOf(error, Object.keys(known)));
  }
}

/** @param {string} name @param {string} text */
function readNumber(name, text) {
  return /^\d{1,9}$/.test(text) ? Number(text) : refuse(`--${name} takes a whole number, not ${text}.`);
}

/** @param {string} folder @param {string} end @returns {string[]} paths from the root */
function filesIn(folder, end) {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return names
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((name) => name.endsWith(end))
    .toSorted();
}

/** The tests in a folder, as the copy names them. @param {string} folder @returns {string[]} */
function testsIn(folder) {
  const files = folder.endsWith('.ts') ? [`${TEST}/${folder}`] : filesIn(`${TEST}/${folder}`, '.test.ts');
  const wanted = files.filter((file) => file.includes(options.tests ?? '') && !LEFT_OUT.test(file));
  return wanted.map((file) => file.replace(/\.ts$/, '.js'));
}

const options = readOptions();
if (options.help) endWithUsage(usage);
const room = options.room ?? refuse('Which room? Give --room and one of the rooms above.');
const also = rooms[room] ?? refuse(noSuch('room', room, Object.keys(rooms)));
const size = readNumber('sample', options.sample ?? '300');
const seed = readNumber('seed', options.seed ?? '1');

/** @param {Mutant} mutant */
const shown = (mutant) => `${mutant.file}:${mutant.line}  ${changeOf(mutant)}  [${mutant.kind}]`;

const sources = filesIn(`${SRC}/${room}`, '.ts').map((path) => path.slice(SRC.length + 1));
const places = options.only?.split(',') ?? [];
for (const place of places) {
  const [file = ''] = place.split(':');
  if (!sources.includes(file)) refuse(`${noSuch('file', file, sources)} Give its path in ${SRC}.`);
}
const every = sources.flatMap((file) => findMutants(file, readFileSync(join(ROOT, SRC, file), 'utf8')));
const only = every.filter(({ file, line }) => places.includes(file) || places.includes(`${file}:${line}`));
const chosen = options.only === undefined ? sample(every, { size: size || every.length, seed }) : only;
if (options.again !== undefined && !existsSync(options.again)) refuse(`There is no file ${options.again}.`);
const report = options.again === undefined ? undefined : readFileSync(options.again, 'utf8');
const survived = report?.slice(report.lastIndexOf('\nsurvivors:'));
const asked = chosen.filter((mutant) => survived?.includes(shown(mutant)) ?? true);
const entries = readHarmless().filter(({ file }) => file.startsWith(`${room}/`));
const { counted, harmless } = setApart(asked, entries);
const ids = new Map(counted.map((mutant, index) => [index + 1, mutant]));

if (asked.length === 0) refuse(`There is no mutant ${options.only ? `at ${options.only}` : 'to ask about'}.`);
console.log(`mutation: ${room}: ${every.length} mutants, of which ${asked.length} are asked about`);
if (options.list) {
  for (const mutant of asked) console.log(shown(mutant));
  process.exit(0);
}

/** @type {Map<number, Result>} */
const results = new Map();
const started = performance.now();
const seconds = () => Math.round((performance.now() - started) / 1000);

/** @param {number} id @param {Result} result */
function tell(id, result) {
  if (results.has(id) && result.fate === 'not covered') return;
  results.set(id, result);
  const mutant = ids.get(id);
  if (mutant === undefined) return;
  if (options.verbose || result.fate !== 'killed')
    console.log(
      `  ${seconds()} s  ${result.fate}: ${shown(mutant)}${result.by ? `\n      ${result.by.slice(0, 200)}` : ''}`,
    );
}

/** Those that nothing has noticed so far. */
const left = () => new Map([...ids].filter(([id]) => !/killed|timed/.test(results.get(id)?.fate ?? '')));

/** @type {Map<string, [number, Mutant][]>} */
const byFile = new Map();
for (const [id, mutant] of ids) {
  const path = `${SRC}/${mutant.file}`;
  byFile.set(path, [...(byFile.get(path) ?? []), [id, mutant]]);
}
const copy = await makeCopy(byFile);
process.once('exit', () => rmSync(copy.folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));

const own = [room, EVERYWHERE].flatMap(testsIn);
for (const files of options.own ? [own] : [own, also.flatMap(testsIn)]) {
  if (left().size === 0 || files.length === 0) continue;
  console.log(
    `${left().size} mutants, ${files.length} files of tests${files === own ? '' : ' of other rooms'}`,
  );
  const { tests, unusable, faults } = await examine(copy, files, left(), tell);
  console.log(
    `  ${seconds()} s: ${tests} tests; ${unusable.length} left out, which fail here or take too long`,
  );
  if (options.verbose)
    for (const { name, fault } of unusable) console.log(`    ${name}: ${String(fault).slice(0, 160)}`);
  for (const [file, fault] of Object.entries(faults))
    console.log(`    left out: ${file}: ${fault.slice(0, 160)}`);
  if (tests === 0 && files === own) refuse('No test ran.');
}

const survivors = [...left()].map(([id, mutant]) => ({ mutant, fate: results.get(id)?.fate }));
console.log(`\nsurvivors: ${survivors.length === 0 ? 'none' : ''}`);
for (const { mutant, fate } of survivors)
  console.log(`${shown(mutant)}${fate === 'survived' ? '' : ` ${fate}`}\n    ${mutant.source}`);
for (const { file, source, change } of outdated(every, entries))
  console.log(`harmless.json: matches nothing any more: ${file}  ${source}  ${change}`);

/** @param {string} fate */
const count = (fate) => [...results.values()].filter((result) => result.fate === fate).length;
const score = counted.length === 0 ? 100 : (100 * (counted.length - survivors.length)) / counted.length;
console.log(
  `\n${room}: ${asked.length} mutants: ${count('killed')} killed, ${count('timed out')} timed out, ${count('survived')} survived, ` +
    `${count('not covered')} not covered, ${harmless.length} harmless; score ${score.toFixed(1)} % in ${seconds()} s (seed ${seed})`,
);
process.exitCode = survivors.length > 0 ? 1 : 0;
