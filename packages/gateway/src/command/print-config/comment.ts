import { printable } from '../../log/printable.js';

/** Text for a comment of one line, which it cannot leave. */
export function comment(text: string): string {
  return printable(text).replaceAll('\n', '\\n');
}
