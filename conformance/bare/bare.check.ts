import { describe, it } from 'vitest';
import { assertOptional, BUN, DENO, versionOf, type Command } from '../runtimes/commands.js';
import { CASES, expectBareClient } from './expect.js';
import { runInProcess } from './processes.js';

interface BareRuntime {
  readonly name: string;
  readonly command: Command;
  /** What follows in the command before a script. */
  readonly run: readonly string[];
  /** Globals that its own `fetch` needs. */
  readonly hidden: readonly string[];
}

const RUNTIMES: readonly BareRuntime[] = [
  {
    name: 'Node',
    command: [process.execPath],
    run: [],
    hidden: ['AbortController', 'Buffer', 'URL', 'URLSearchParams'],
  },
  { name: 'Bun', command: BUN, run: ['run'], hidden: [] },
  { name: 'Deno', command: DENO, run: ['run', '--allow-net'], hidden: ['URL'] },
];

describe.each(RUNTIMES)('$name', ({ name, command, run, hidden }) => {
  const version = versionOf(command);
  if (version === undefined) {
    assertOptional(name);
    it.skip(`runs the client (${name} is not available)`, () => undefined);
    return;
  }
  process.stdout.write(`conformance: ${name} ${version}\n`);
  const [program, ...parameters] = command;

  it.each(CASES)(
    'runs the client of an app on a bare $phone, without $missing',
    async (each) =>
      expectBareClient(each, hidden, (code) => runInProcess([program, ...parameters, ...run], code)),
    60_000,
  );
});
