import { randomBytes } from 'node:crypto';
import { run } from '../../../src/cli/run.js';
import type { Terminal } from '../../../src/cli/terminal.js';

export const SECRET: string = randomBytes(64).toString('base64');
export const ENV: Readonly<Record<string, string>> = { APPROOV_BASE64_SECRET: SECRET };

/** What a command did. */
export interface Done {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line in this process. */
export async function cli(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = ENV,
  io: { stdin?: string | Uint8Array; isTerminal?: boolean } = {},
): Promise<Done> {
  const written = { out: '', err: '' };
  const terminal: Terminal = {
    stdin: chunks(io.stdin ?? ''),
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
    isTerminal: io.isTerminal ?? false,
  };
  const status = await run(argv, env, terminal);
  return { status, ...written };
}

/** In two chunks, the way streams are. */
async function* chunks(input: string | Uint8Array): AsyncIterable<Uint8Array> {
  const bytes = Buffer.from(input);
  yield bytes.subarray(0, bytes.length >> 1);
  yield bytes.subarray(bytes.length >> 1);
}
