import { parseArgs, type ParseArgsConfig } from 'node:util';

/** A command line that makes no sense; the message says why, in one line. */
export class UsageError extends Error {}

/** The options that a command was given, and what stands beside them. */
export interface Arguments {
  readonly text: (option: string) => string | undefined;
  readonly flag: (option: string) => boolean;
  readonly positionals: readonly string[];
}

/**
 * Reads a command's arguments: known options only, each at most once.
 *
 * @throws UsageError
 */
export function readArguments(
  argv: readonly string[],
  options: NonNullable<ParseArgsConfig['options']>,
): Arguments {
  try {
    const { values, tokens, positionals } = parseArgs({
      args: [...argv],
      options,
      allowPositionals: true,
      tokens: true,
    });
    const given = tokens.flatMap((each) => (each.kind === 'option' ? [each.name] : []));
    const twice = given.find((name, at) => given.indexOf(name) !== at);
    if (twice !== undefined) throw new UsageError(`--${twice} is given twice`);
    return {
      text: (option) => values[option] as string | undefined,
      flag: (option) => values[option] === true,
      positionals,
    };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith('ERR_PARSE_ARGS') !== true) throw error;
    // Its first sentence says what is wrong; the others advise on what only other programs need.
    const [sentence = message] = message.split(/\.?(?:\n| To specify)/);
    throw new UsageError(sentence.charAt(0).toLowerCase() + sentence.slice(1));
  }
}
