import { once } from 'node:events';
import { standardOutput } from '../log/output.js';
import { run } from './run.js';
import type { Terminal } from './terminal.js';

const terminal: Terminal = {
  env: process.env,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  log: () => standardOutput(),
  stopped: () => Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]),
};

/** Runs the command line of this process, and sets its exit status. */
export async function main(): Promise<void> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The reader, `head` for example, has seen enough.
    if (error.code !== 'EPIPE') throw error;
  });
  process.exitCode = await run(process.argv.slice(2), terminal);
}
