import { run } from './run.js';

const terminal = {
  stdin: process.stdin,
  out: (text: string) => void process.stdout.write(text),
  err: (text: string) => void process.stderr.write(text),
  isTerminal: process.stdout.isTTY === true,
};

async function main(): Promise<void> {
  process.exitCode = await run(process.argv.slice(2), process.env, terminal);
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader, `head` for example, has seen enough.
  if (error.code !== 'EPIPE') throw error;
});

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 2;
});
