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

  // The thresholds of `guessable.ts` were measured with these costs: docs/decisions.
  it.each([
    ['÷÷÷÷÷÷÷÷pppppppp', 61.532, 0],
    ['pppppppp÷÷÷÷÷÷÷÷', 61.532, 0],
    ['ZZZZZZxcvb', 41.6, 0],
    ['uvwxyz[[[[[[', 50.351, 0],
    ['secretKey', 25.473, 0],
    ['4567890', 28.197, 0],
    ['key-bc', 29.212, 8],
    ['secret', 12.414, 0],
    ['Secret', 13.677, 0],
    ['SECRET', 14.414, 0],
    ['p4ssw0rd', 22.414, 0],
    ['$ecret', 17.272, 0],
    ['plimsoll', 40.973, 0],
    ['Plimsoll', 42.236, 0],
    ['PLIMSOLL', 42.973, 0],
    ['pl1msoll', 45.831, 0],
    ['Pl1m$OLL', 49.471, 48],
    ['483920', 27.922, 19.932],
    ['4', 7.059, 6],
    ['aaaaaaaa', 30.897, 0],
    ['bcdefghi', 28.248, 0],
    ['98765432', 35.21, 26.575],
    ['qwertyuiop', 36.412, 0],
    ['poiuytrewq', 60.863, 0],
    ['acegikmo', 45.973, 0],
    ['aBcDeFgH', 40.151, 0],
    ['ABCDabcd', 40.685, 0],
    ['!@#$%^', 30.04, 0],
    ['@#$%', 22.367, 0],
    ['my-secret-key', 43.61, 0],
    ['MySecretKey', 39.652, 0],
    ['my_SECRET.Key/7', 64.93, 3.322],
    ['key 2024-05', 50.279, 19.932],
    ['SECRETKEY', 29.058, 0],
    ['secretKEY', 27.058, 0],
    ['KeySecret12', 37.208, 6.644],
    ['Plimsoll-Gannet', 78.895, 0],
    ['PlimsollGannet', 74.28, 0],
    ['plimsoll8gannet', 81.575, 0],
    ['plimsollaaaaaa', 66.963, 0],
    ['8secret', 22.187, 3.322],
    ['secret-9fK2xQ7b', 68.488, 48],
    ['secret-0f9e8d7c6b5a0f1e', 92.895, 64],
    ['0F9E8D7C6B5A', 60.864, 48],
    ['x9$Lq!7Zv', 55.53, 54],
    ['€', 7.059, 6],
    ['secret€key', 38.854, 0],
    ['éééé', 21.61, 0],
    ['~{}|', 25.236, 24],
    ['-', 7.059, 6],
    ['', 1.0, 0],
    ['Plimsoll2secret', 63.686, 3.322],
    ['PlimsollSecret', 53.583, 0],
    ['PLIMSOLLsecret', 55.457, 0],
    ['SecretÀ', 24.795, 6],
    ['1q2w3e4r', 41.499, 0],
    ['zaq12wsx', 39.606, 0],
    ['ab', 13.118, 12],
    ['ba', 13.118, 12],
    ['Ab', 13.118, 12],
    ['aB', 13.118, 12],
    ['a1', 13.118, 12],
    ['hgfedcba', 40.151, 0],
    ['HGFEDCBA', 40.151, 0],
    ['9f', 13.118, 12],
    ['Gannet9f0e8d7c', 75.992, 32],
    ['999secret999', 45.729, 19.932],
  ])('of %j has %d bits, and leaves %d of them random', (text, bits, random) => {
    expect(cost(text, 64)).toBeCloseTo(bits, 2);
    expect(describeText(text, 64).random).toBeCloseTo(random, 2);
  });

  it('saves nothing of nothing', () => {
    expect(describeText('', 64)).toEqual({ saved: -1, random: 0 });
  });
});
