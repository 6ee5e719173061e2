import { destination } from 'pino';

/** Where a log goes. */
export interface LogOutput {
  /** A person reads it. */
  readonly isTerminal: boolean;
  /** Takes whole lines. */
  write(lines: string): unknown;
}

/** What is used of `process.stdout`. */
interface StandardStream {
  readonly isTTY?: boolean;
  readonly fd: number;
  write(lines: string): unknown;
}

/** Lines that wait for a slow reader: more are dropped, since neither memory nor requests may depend on it. */
const MOST_WAITING = 16_777_216;

/** Standard output: at once on a terminal; otherwise without waiting for the reader, and whole when the process ends. */
export function standardOutput(stdout: StandardStream = process.stdout): LogOutput {
  if (stdout.isTTY) return { isTerminal: true, write: (lines) => stdout.write(lines) };
  const stream = destination({ fd: stdout.fd, sync: false, maxLength: MOST_WAITING });
  // A full disk, or a reader that has gone, does not stop the gateway.
  stream.on('error', () => undefined);
  return { isTerminal: false, write: (lines) => stream.write(lines) };
}
