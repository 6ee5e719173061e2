// Why this exists: the command line, and what it says to somebody who does not know it.
import { noSuch, problemOf } from '@attestkit/command-line';
import { parseArgs } from 'node:util';
import { KIND_NAMES, KINDS, type Kind } from '../kinds/kinds.js';

const USAGE = `Changes genuine evidence in many ways and checks what the verifiers make of it: npm run fuzz -- [options]

  --only KIND     one kind; without it all of them
  --seed N        the choices follow from it; without it they differ from run to run
  --count N       mutants of each kind; without it the number in the list
  --against DIR   compares each decision with an older version: a checkout of it, installed and built
  --renames FILE  JSON of codes that have another name since that version: { "ERR_OLD": "ERR_NEW" }
  --help          shows this

  kinds
${KIND_NAMES.map((name) => `    ${name.padEnd(16)} ${KINDS[name].count}`).join('\n')}

A run fails if a mutant breaks a rule, and prints how to make that mutant again. fuzz/README.md explains the rules.
npm run fuzz -- --only receipt --seed 7 --count 20000
npm run fuzz -- --seed 1 --count 2000 --against ../before`;

/** What the command line asks for. */
export interface FuzzOptions {
  readonly only: Kind | undefined;
  readonly seed: number;
  readonly count: number | undefined;
  readonly against: string | undefined;
  readonly renames: string | undefined;
}

/** A text to print before the process ends, for `--help` or for a mistake. */
export interface Message {
  readonly text: string;
  readonly isMistake: boolean;
}

const OPTIONS = {
  seed: { type: 'string' },
  count: { type: 'string' },
  only: { type: 'string' },
  against: { type: 'string' },
  renames: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

/** The options in these arguments, without the name of the program. */
export function readOptions(given: readonly string[]): FuzzOptions | Message {
  try {
    const { values } = parseArgs({ args: [...given], options: OPTIONS });
    if (values.help) return { text: USAGE, isMistake: false };
    const only = KIND_NAMES.find((name) => name === values.only);
    if (values.only !== undefined && only === undefined)
      throw new Error(noSuch('kind', values.only, KIND_NAMES));
    return {
      only,
      seed: wholeNumber('seed', values.seed) ?? Date.now() % 2 ** 31,
      count: wholeNumber('count', values.count),
      against: values.against,
      renames: values.renames,
    };
  } catch (error) {
    return { text: `${USAGE}\n\n${problemOf(error, Object.keys(OPTIONS))}`, isMistake: true };
  }
}

function wholeNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new Error(`--${option} takes a whole number, not ${text}.`);
}
