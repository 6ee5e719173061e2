import type { Entry } from './entry.js';
import type { Level } from './level.js';
import { printable } from './printable.js';

type Style = 'red' | 'green' | 'yellow' | 'dim';
const STYLES: Readonly<Record<Style, number>> = { red: 31, green: 32, yellow: 33, dim: 2 };
const OF_LEVEL: Readonly<Record<Level, Style>> = {
  error: 'red',
  warn: 'yellow',
  info: 'green',
  debug: 'dim',
};
const OF_OUTCOME: Readonly<Record<string, Style>> = {
  accepted: 'green',
  reported: 'yellow',
  refused: 'red',
  open: 'dim',
  failed: 'red',
  rejected: 'red',
};

/** A column grows with what it has to hold, up to this. */
const MOST_WIDTH = 40;

/**
 * Makes the lines for a person at a terminal: time (UTC), level, route, outcome, code and sentence, in columns; below them the lines that
 * existing deployments search for.
 */
export function prettyLines(
  isColored: boolean,
): (at: number, level: Level, entry: Entry, lines: readonly string[]) => string {
  const paint = (text: string, style: Style | undefined): string =>
    isColored && style !== undefined ? `\u001B[${STYLES[style]}m${text}\u001B[0m` : text;
  const widths = [16, 8, 26];
  const column = (text: string, at: number): string => {
    const plain = printable(text).replaceAll('\n', ' ');
    const width = Math.max(widths[at] ?? 0, Math.min(plain.length, MOST_WIDTH));
    widths[at] = width;
    return plain.padEnd(width);
  };
  return (at, level, { subject = '-', outcome, code = '-', says }, lines) => {
    const time = new Date(at).toISOString().slice(11);
    const [sentence = '', ...more] = printable(says).split('\n');
    // What follows is indented: no text can look like a line of its own.
    const below = [...more, ...lines.map((line) => printable(line).replaceAll('\n', ' '))];
    const first = [
      paint(time, 'dim'),
      paint(level.padEnd(5), OF_LEVEL[level]),
      column(subject, 0),
      paint(column(outcome, 1), OF_OUTCOME[outcome]),
      column(code, 2),
      sentence,
    ].join('  ');
    return [first, ...below.map((line) => paint(`    ${line}`, 'dim'))].map((line) => `${line}\n`).join('');
  };
}
