import { readFileSync } from 'node:fs';
import { ConfigFileError } from '../config/problem.js';
import { readArguments, UsageError, type Arguments, type Options } from './arguments.js';
import { CHECK_CONFIG, checkConfig } from './check/check-config.js';
import { meant } from '../config/did-you-mean.js';
import { HELP } from './help.js';
import { INIT, init } from './init.js';
import { INSPECTOR, inspector } from './inspector.js';
import { PINS, pins } from './pins/pins.js';
import { PRINT_CONFIG, printConfig } from './print-config/print-config.js';
import { SERVE, serve } from './serve.js';
import { printable } from '../log/printable.js';
import type { Terminal } from './terminal.js';

interface Command {
  readonly options: Options;
  readonly run: (given: Arguments, terminal: Terminal) => number | Promise<number>;
}

const COMMANDS: Readonly<Record<keyof typeof HELP, Command>> = {
  'attestkit-gateway': { options: SERVE, run: serve },
  'check-config': { options: CHECK_CONFIG, run: checkConfig },
  'print-config': { options: PRINT_CONFIG, run: printConfig },
  init: { options: INIT, run: init },
  pins: { options: PINS, run: pins },
  inspector: { options: INSPECTOR, run: inspector },
};

const NAMES = Object.keys(COMMANDS).slice(1) as readonly (keyof typeof HELP)[];

/**
 * Runs one command.
 *
 * @param argv without the program's name
 * @returns the exit status: 0, 1 if the configuration has a mistake, 2 if the command cannot be carried out
 */
export async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  const [first = ''] = argv;
  const name = NAMES.find((each) => each === first);
  try {
    if (first === 'help') return help(argv.slice(1), terminal);
    if (first === '--version') return (terminal.out(`${version()}\n`), 0);
    if (name === undefined && first !== '' && !first.startsWith('-'))
      throw new UsageError(`there is no command ${first}${meant(first, [...NAMES, 'help'])}`);
    const { options, run: carryOut } = COMMANDS[name ?? 'attestkit-gateway'];
    const all: Options = { ...options, help: { type: 'boolean', short: 'h' } };
    const given = readArguments(name === undefined ? argv : argv.slice(1), all);
    if (given.flag('help')) return help(name === undefined ? [] : [name], terminal);
    return await carryOut(given, terminal);
  } catch (error) {
    if (error instanceof ConfigFileError) return (terminal.err(`${printable(error.message)}\n`), 1);
    if (!(error instanceof UsageError)) throw error;
    const words = name === undefined ? 'attestkit-gateway' : `attestkit-gateway ${name}`;
    const said = printable(error.message).replaceAll('\n', '\\n');
    terminal.err(`${words}: ${said}\nSee: attestkit-gateway help${name === undefined ? '' : ` ${name}`}\n`);
    return 2;
  }
}

function help([about, ...more]: readonly string[], { out }: Terminal): number {
  const name = about === undefined ? 'attestkit-gateway' : NAMES.find((each) => each === about);
  if (name === undefined) throw new UsageError(`there is no command ${about}${meant(about ?? '', NAMES)}`);
  if (more.length > 0) throw new UsageError(`there is ${more[0]} beside one command`);
  out(HELP[name]);
  return 0;
}

function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
