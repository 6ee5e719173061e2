import { describe, expect, it } from 'vitest';
import { KNOWN_WORDS, LETTER_PAIRS } from '../../src/kernel/config/secret-words.js';
import { describeText } from '../../src/kernel/config/written.js';

const PRINTABLE = String.fromCharCode(...Array.from({ length: 95 }, (_, at) => at + 32));

/** All texts of this length over an alphabet. */
function* texts(alphabet: string, length: number, begun = ''): Generator<string> {
  if (length === 0) yield begun;
  else for (const each of alphabet) yield* texts(alphabet, length - 1, begun + each);
}

const cost = (text: string, size: number): number =>
  text.length * Math.log2(size) - describeText(text, size).saved;

describe('the shortest description of a text', () => {
  it.each([
    ['one printable character', 1, PRINTABLE],
    ['two printable characters', 2, PRINTABLE],
    ['four lookalikes', 4, 'aA4@i1!sS5$e3'],
    ['four hexadecimal digits', 4, '0123456789abcdef'],
    ['five letters of known words', 5, 'secrtky-'],
  ])('is a code: those of all texts of %s have room', (_, length, alphabet) => {
    let room = 0;
    for (const text of texts(alphabet, length)) room += 2 ** -cost(text, alphabet.length);
    expect(room).toBeGreaterThan(0.2);
    expect(room).toBeLessThanOrEqual(1);
  });

  it('knows the costs of letters so that each row has room', () => {
    expect(LETTER_PAIRS.map((row) => row.length)).toEqual(LETTER_PAIRS.map(() => 27));
    for (const row of LETTER_PAIRS) {
      const costs = [...row].filter((each) => each !== '-').map((each) => each.charCodeAt(0));
      const bits = costs.map((code) => (code - (code < 97 ? 64 : 70)) / 4);
      expect(bits.reduce((sum, each) => sum + 2 ** -each, 0)).toBeLessThanOrEqual(1);
    }
  });

  it('knows each word once, in small letters', () => {
    expect(new Set(KNOWN_WORDS).size).toBe(KNOWN_WORDS.length);
    expect(KNOWN_WORDS.filter((each) => !/^[a-z]{3,16}$/.test(each))).toEqual([]);
  });

  it.each([
    ['my-secret-key', 0],
    ['MySecretKey', 0],
    ['qwertyuiop', 0],
    ['secret-483920', 6 * Math.log2(10)],
    ['secret-9fK2xQ7bLw', 10 * 6],
    ['secret-0f9e8d7c6b5a0f1e2d3c', 20 * 4],
  ])('leaves of %s %d random bits', (text, random) => {
    expect(Math.abs(describeText(text, 64).random - random)).toBeLessThan(12);
  });

  it('saves nothing of nothing', () => {
    expect(describeText('', 64)).toEqual({ saved: -1, random: 0 });
  });
});
