import { endWithUsage, problemOf } from '@attestkit/command-line';
import { parseArgs } from 'node:util';

/** The words of the command line; ends the process with the usage for `--help` and for an unknown option. */
export function readArguments(usage: string): string[] {
  try {
    const { values, positionals } = parseArgs({
      options: { help: { type: 'boolean' } },
      allowPositionals: true,
    });
    return values.help === true ? endWithUsage(usage) : positionals;
  } catch (error) {
    return endWithUsage(usage, problemOf(error, ['help']));
  }
}
