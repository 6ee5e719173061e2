import { readingsOf, textOf, withoutHyphens } from './secret-readings.js';
import { describeText, type Description } from './written.js';

/** Why a secret can be guessed: it is a placeholder or reads like words, or it is the same again and again. */
export type Weakness = 'words' | 'repeats';

/** What a person or a template engine puts where a value belongs. */
const TEMPLATE =
  /^(?:<[\w .:|,"'=+/-]*>|\[[\w .:|,"'=+/-]*\]|\$?\{+[\w .:|,"'=+/-]*\}+|\$\([^()]*\)|%\w*%|\$[A-Za-z_]\w*)$/;

/** A text that says of itself that it must not be used. Chance puts it into fewer than one random text in 10^8. */
const DISCLAIMED =
  /insecure|placeholder|example|change[ _.-]?(?:me|this)|replace[ _.-]?(?:me|this)|do[ _.-]?not[ _.-]?use/i;

/** Letters that no generator uses. A word or two of them may stand before random characters. */
const FOREIGN_LETTERS = /[^\P{L}A-Za-z]/gu;
const FEW_LETTERS = 8;
const ASCII = /^[ -~]*$/;

/** The alphabets that generators use, the smallest first. */
const ALPHABETS: readonly (readonly [RegExp, number])[] = [
  [/^[0-9]+$/, 10],
  [/^(?:[0-9a-f]+|[0-9A-F]+)$/, 16],
  [/^(?:[a-z2-7]+|[A-Z2-7]+)$/, 32],
  [/^(?:[a-z0-9]+|[A-Z0-9]+)$/, 36],
  [/^[A-Za-z0-9]+$/, 62],
  [/^(?:[A-Za-z0-9_-]+|[A-Za-z0-9+/]+)$/, 64],
  [/^[ -~]+$/, 95],
];
const ANY = 256;

/** At most one random text in a million has a description that is so many bits shorter: see `docs/decisions`. */
const SAVED = 20;

/**
 * Random bits that are enough, whatever is written around them. 16 random bytes have 128; chance makes some of their
 * hexadecimal digits look like words or numbers, which do not count.
 */
const ENOUGH = 96;

/**
 * Why somebody could guess this secret, in whichever encoding it is: words, a placeholder, a row of keys, the same again
 * and again. Undefined for a random secret.
 *
 * @param secret the bytes that it is used as
 */
export function weaknessOf(secret: Buffer): Weakness | undefined {
  for (const reading of readingsOf(secret)) {
    const text = textOf(reading);
    const weakness = text === undefined ? weaknessOfBytes(reading) : weaknessOfText(text);
    if (weakness !== undefined) return weakness;
  }
  return undefined;
}

/** The same of a text as it was configured, without what it encodes. */
export function weaknessOfText(text: string): Weakness | undefined {
  if (TEMPLATE.test(text) || DISCLAIMED.test(text)) return 'words';
  const isAscii = ASCII.test(text);
  const plain = isAscii ? text : text.normalize('NFD').replaceAll(/\p{M}/gu, '');
  if (!isAscii && (plain.match(FOREIGN_LETTERS)?.length ?? 0) > FEW_LETTERS) return 'words';
  const bare = withoutGroups(withoutHyphens(plain.replace(/=+$/, '')));
  const size = ALPHABETS.find(([alphabet]) => alphabet.test(bare))?.[1] ?? ANY;
  const characters = Buffer.from(bare, 'latin1');
  if (isWeak(fewOf(characters, size)) || isWeak(period(characters, size))) return 'repeats';
  return isWeak(describeText(bare, size)) ? 'words' : undefined;
}

function weaknessOfBytes(bytes: Buffer): Weakness | undefined {
  const steps = bytes.map((byte, at) => byte - (bytes[at - 1] ?? 0)).subarray(1);
  const descriptions = [fewOf(bytes, 256), period(bytes, 256), fewOf(steps, 256)];
  return descriptions.some(isWeak) ? 'repeats' : undefined;
}

function isWeak({ saved, random }: Description): boolean {
  return saved >= SAVED && random < ENOUGH;
}

/** Groups of one length with hyphens between, as some generators write them, without the hyphens. */
function withoutGroups(text: string): string {
  const groups = text.split('-');
  const [{ length } = ''] = groups;
  return groups.length > 2 && length > 1 && groups.every((each) => each.length === length)
    ? groups.join('')
    : text;
}

/** The description that names the few characters that occur, and then each character of the text as one of them. */
function fewOf(text: Uint8Array, size: number): Description {
  const all = text.length * Math.log2(size);
  const few = distinct(text);
  const random = text.length * Math.log2(few);
  let choice = Math.log2(size);
  if (all - random >= SAVED)
    for (let each = 0; each < few; each += 1) choice += log2Of(size - each) - log2Of(each + 1);
  return { saved: all - random - choice, random };
}

function distinct(text: Uint8Array): number {
  const seen = [0, 0, 0, 0, 0, 0, 0, 0];
  for (const code of text) seen[code >> 5] = (seen[code >> 5] as number) | (1 << (code & 31));
  return seen.reduce((total, each) => total + bitCount(each), 0);
}

function bitCount(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

const LOGARITHMS = Float64Array.from({ length: 257 }, (_, at) => Math.log2(at));
const log2Of = (whole: number): number => LOGARITHMS[whole] as number;

/** The description that gives the beginning, and says how long it is before it repeats. */
function period(text: Uint8Array, size: number): Description {
  const { length } = text;
  for (let each = 1; each <= length / 2; each += 1) {
    let at = each;
    while (at < length && text[at] === text[at - each]) at += 1;
    if (at < length) continue;
    const random = each * Math.log2(size);
    return { saved: (length - each) * Math.log2(size) - Math.log2(length), random };
  }
  return { saved: 0, random: Infinity };
}
