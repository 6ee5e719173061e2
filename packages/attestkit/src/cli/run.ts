import { readFileSync } from 'node:fs';
import type { Environment } from '../env/index.js';
import { EvidenceError } from '../inspect/index.js';
import { ConfigurationError } from '../kernel/errors.js';
import { UsageError } from './arguments.js';
import { HELP } from './help.js';
import { inspect } from './inspect.js';
import { printable } from './report/printable.js';
import type { Terminal } from './terminal.js';
import { token } from './token.js';

type Command = (argv: readonly string[], env: Environment, terminal: Terminal) => number | Promise<number>;

const COMMANDS: Readonly<Record<string, Command>> = {
  token,
  inspect,
  '--help': (_, __, { out }) => (out(HELP.attestkit), 0),
  '-h': (_, __, { out }) => (out(HELP.attestkit), 0),
  '--version': (_, __, { out }) => (out(`${version()}\n`), 0),
};

/**
 * Runs one command.
 *
 * @param argv without the program's name
 * @returns the exit status: 0, 1 where evidence failed, 2 where the input cannot be used
 */
export async function run(argv: readonly string[], env: Environment, terminal: Terminal): Promise<number> {
  const [name = '', ...rest] = argv;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  try {
    if (command !== undefined) return await command(rest, env, terminal);
    throw new UsageError(name === '' ? 'there is no command' : `there is no command ${name}`);
  } catch (error) {
    const expected = [UsageError, EvidenceError, ConfigurationError].some((kind) => error instanceof kind);
    if (!expected) throw error;
    const words = command === undefined ? 'attestkit' : `attestkit ${name}`;
    terminal.err(
      `${words}: ${printable((error as Error).message).replaceAll('\n', '\\n')}\nSee: ${words} --help\n`,
    );
    return 2;
  }
}

function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
