import { parseArgs, type ParseArgsConfig } from 'node:util';
import { meant } from '../config/did-you-mean.js';

/** A command line that makes no sense; the message says why, in one line. */
export class UsageError extends Error {}

export type Options = NonNullable<ParseArgsConfig['options']>;

/** The options that a command was given, and what stands beside them. */
export interface Arguments {
  readonly text: (option: string) => string | undefined;
  readonly texts: (option: string) => readonly string[];
  readonly flag: (option: string) => boolean;
  readonly positionals: readonly string[];
}

/**
 * Reads a command's arguments: known options only, and each once unless it is `multiple`.
 *
 * @throws UsageError
 */
export function readArguments(argv: readonly string[], options: Options): Arguments {
  const { values, tokens, positionals } = parsed(argv, options);
  const given = tokens.flatMap((each) => (each.kind === 'option' ? [each.name] : []));
  const twice = given.find((name, at) => given.indexOf(name) !== at && options[name]?.multiple !== true);
  if (twice !== undefined) throw new UsageError(`--${twice} is given twice`);
  return {
    text: (option) => values[option] as string | undefined,
    texts: (option) => (values[option] ?? []) as string[],
    flag: (option) => values[option] === true,
    positionals,
  };
}

/** @throws UsageError unless there are between `least` and `most` */
export function positionalsOf(
  { positionals }: Arguments,
  what: string,
  least: number,
  most: number,
): readonly string[] {
  if (positionals.length < least) throw new UsageError(`it needs ${what}`);
  const [more] = positionals.slice(most);
  if (more !== undefined) throw new UsageError(`there is ${more} beside ${what}`);
  return positionals;
}

function parsed(argv: readonly string[], options: Options) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, tokens: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith('ERR_PARSE_ARGS') !== true) throw error;
    const [, unknown] = /^Unknown option '(--?[^']*)'/.exec(message) ?? [];
    const names = Object.keys(options).map((name) => `--${name}`);
    if (unknown !== undefined)
      throw new UsageError(`there is no option ${unknown}${meant(unknown, names)}`, { cause: error });
    // Its first sentence says what is wrong; the others advise on what only other programs need.
    const [sentence = message] = message.split(/\.?(?:\n| To specify)/);
    throw new UsageError(sentence.charAt(0).toLowerCase() + sentence.slice(1), { cause: error });
  }
}
