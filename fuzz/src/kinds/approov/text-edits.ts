// Why this exists: edits of a line of text that mostly leave it readable: what a proxy, a router or an attacker would change.
import type { Random } from '../../run/random.js';

const PIECES = [
  '/',
  '//',
  '/./',
  '/../',
  '%2f',
  '%2F',
  '%00',
  '?',
  '&',
  '=',
  ';',
  ',',
  ' ',
  '"',
  ':',
  '(',
  ')',
  '\\',
  '#',
  '+',
  'A',
  '0',
  'é',
  '\t',
  '\r\n',
];

type TextEdit = (random: Random, text: string, at: number) => string;

const EDITS: readonly TextEdit[] = [
  (random, text, at) => text.slice(0, at) + random.pick(PIECES) + text.slice(at),
  (_random, text, at) => text.slice(0, at) + text.slice(at + 1),
  (random, text, at) => text.slice(0, at) + random.pick(PIECES) + text.slice(at + 1),
  (_random, text, at) =>
    `${text.slice(0, at)}%${(text.charCodeAt(at) || 0).toString(16).padStart(2, '0')}${text.slice(at + 1)}`,
  (random, text) => (random.oneIn(2) ? text.toLowerCase() : text.toUpperCase()),
  (_random, text, at) => text.slice(0, at),
  (_random, text) => `${text}${text}`,
  (random, text) => `${text}${random.pick(PIECES)}`,
  (_random, text, at) => text.slice(0, at) + text.charAt(at + 1) + text.charAt(at) + text.slice(at + 2),
];

/** One of the edits, at a place of its own. */
export function editText(random: Random, text: string): string {
  return random.pick(EDITS)(random, text, random.below(text.length + 1));
}
