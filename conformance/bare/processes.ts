import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Command } from '../runtimes/commands.js';
import type { Outcome } from './outcome.js';

/** Marks the line with the outcome. */
const MARK = 'outcome: ';

/**
 * Runs the program in a fresh process.
 *
 * @param command starts the runtime, and runs a script that follows it
 * @throws Error if the program does not say how it went (rejects with it)
 */
export async function runInProcess([program, ...parameters]: Command, code: string): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'attestkit-bare-'));
  try {
    const script = join(folder, 'program.mjs');
    writeFileSync(script, `${code}\nconsole.log('${MARK}' + JSON.stringify(await bareOutcome));\n`);
    const child = spawn(program, [...parameters, script], { stdio: ['ignore', 'pipe', 'pipe'] });
    const [output, errors] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ]);
    const line = output.split('\n').find((each) => each.startsWith(MARK));
    if (line === undefined) throw new Error(`the program did not say how it went:\n${output}${errors}`);
    return JSON.parse(line.slice(MARK.length)) as Outcome;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
