import { run } from './run.js';

const terminal = {
  stdin: process.stdin,
  out: (text: string) => void process.stdout.write(text),
  err: (text: string) => void process.stderr.write(text),
  isTerminal: process.stdout.isTTY === true,
};

/** Runs the command line of this process, and sets its exit status. */
export function main(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The reader, `head` for example, has seen enough.
    if (error.code !== 'EPIPE') throw error;
  });
  void finish();
}

async function finish(): Promise<void> {
  try {
    process.exitCode = await run(process.argv.slice(2), process.env, terminal);
  } catch (error) {
    console.error(error);
    process.exitCode = 2;
  }
}
