import { printable } from './printable.js';

export const WIDTH = 80;
export const INDENT = 12;

/** Lines of at most 80 columns, indented; broken between words, or within one that is longer than a line. */
export function wrap(text: string, indent = INDENT): readonly string[] {
  const room = WIDTH - indent;
  const lines: string[] = [];
  let rest = printable(text).replaceAll('\n', '\\n');
  while (rest !== '') {
    const space = rest.length <= room ? rest.length : rest.lastIndexOf(' ', room);
    const end = space > 0 ? space : room;
    lines.push(' '.repeat(indent) + rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return lines;
}
