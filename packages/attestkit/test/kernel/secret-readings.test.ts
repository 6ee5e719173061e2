import { describe, expect, it } from 'vitest';
import { weaknessOf, weaknessOfText } from '../../src/kernel/config/guessable.js';
import { readingsOf, textOf } from '../../src/kernel/config/secret-readings.js';

describe('the text that bytes are', () => {
  it.each([
    ['abc', 'abc'],
    ['abc\n', 'abc'],
    ['abc\r', 'abc'],
    ['abc\r\n', 'abc'],
    ['abc\n\r\n', 'abc'],
    ['a\tb\n', 'a\tb'],
    ['été\n', 'été'],
    ['\n', ''],
    ['', ''],
    ['ab\nc', undefined],
    ['ab\rc', undefined],
    ['\nabc\n', undefined],
    ['ab\x1f', undefined],
    ['ab\x7f', undefined],
  ])('%j is %j', (bytes, text) => {
    expect(textOf(Buffer.from(bytes))).toBe(text);
  });

  it('is none if it is not UTF-8', () => {
    expect(textOf(Buffer.of(0x61, 0xe9))).toBeUndefined();
    expect(textOf(Buffer.of(0xff, 0x0a))).toBeUndefined();
  });
});

describe('what a secret may stand for', () => {
  const readings = (text: string) => readingsOf(Buffer.from(text)).map((each) => each.toString('latin1'));
  const bytes = Buffer.from(Array.from({ length: 33 }, (_, at) => (at * 89 + 151) & 0xff));

  it.each(['hex', 'base64', 'base64url'] as const)('is what its text encodes in %s', (encoding) => {
    expect(readings(bytes.toString(encoding))).toContain(bytes.toString('latin1'));
  });

  it('is its bytes alone, if a character of the text belongs to no encoding', () => {
    for (const text of [bytes.toString('hex'), bytes.toString('base64'), 'mfrggzdf'.repeat(6)]) {
      for (const other of [`${text}!`, `!${text}`, `${text.slice(0, 40)}!${text.slice(40)}`])
        expect(readings(other)).toEqual([other]);
    }
  });

  it('is what was encoded up to three times', () => {
    const again = (text: string) => Buffer.from(text, 'latin1').toString('base64');
    const once = again(bytes.toString('latin1'));
    expect(readings(again(again(once)))).toContain(bytes.toString('latin1'));
    expect(readings(again(again(again(once))))).toContain(once);
    expect(readings(again(again(again(once))))).not.toContain(bytes.toString('latin1'));
  });

  it('is nothing shorter than 16 bytes', () => {
    expect(readings(bytes.subarray(0, 15).toString('hex').concat('='))).toHaveLength(2);
    expect(readings('q7Rz0vK2mXw9LtB4yHs8')).toEqual(['q7Rz0vK2mXw9LtB4yHs8']);
  });
});

describe('a secret that can be guessed', () => {
  const random = 'q7Rz0vK2mXw9LtB4yHs8NdJ3';
  it.each([
    ['words', `INSECURE${random}`],
    ['words', `Change-Me-${random}`],
    ['words', '${JWT_SECRET}'],
    ['words', 'тайныйключсервера'],
    ['words', 'pâté-forêt-été-fée-thé-âge-clé'],
    ['words', 'the secret key of the orders service'],
    ['repeats', 'a'.repeat(40)],
    ['repeats', 'abcabcabc'.repeat(6)],
    ['repeats', 'q7Rz0vK2mXw9'.repeat(2)],
    ['repeats', 'q7Rz0vK2mXw9'.repeat(3)],
    ['repeats', `${'q7Rz0vK2mXw9'.repeat(3)}q7Rz`],
  ])('is said to be %s: %s', (weakness, text) => {
    expect(weaknessOfText(text)).toBe(weakness);
  });

  it('is said to repeat itself in bytes', () => {
    expect(weaknessOf(Buffer.alloc(32, 0xf1))).toBe('repeats');
    expect(weaknessOf(Buffer.from(Array.from({ length: 64 }, (_, at) => 128 + at)))).toBe('repeats');
  });

  it('is none that has words around enough random characters', () => {
    expect(weaknessOfText(`${random}${random.toUpperCase().toLowerCase().slice(0, 2)}J4kP`)).toBeUndefined();
  });
});
