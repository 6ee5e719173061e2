import { describe, expect, test } from 'vitest';
import { fromBase64, toBase64, toHex, toText } from '../../src/inspector/bytes/base64.js';
import {
  givenBytes,
  givenText,
  MOST_BYTES,
  problemOf,
  saysKind,
  sizeInWords,
} from '../../src/inspector/input/given.js';

describe('base64', () => {
  test('gives back every byte, also of more than one call takes', () => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, at) => at % 256);
    expect(fromBase64(toBase64(bytes))).toEqual(bytes);
    expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
  });

  test('reads base64url, with and without padding', () => {
    expect(fromBase64('-_8=')).toEqual(Uint8Array.of(0xfb, 0xff));
    expect(fromBase64('-_8')).toEqual(Uint8Array.of(0xfb, 0xff));
    expect(fromBase64('')).toEqual(new Uint8Array());
  });

  test.each(['a', 'abcde', 'ab c', 'ab=c', 'a===', '"', 'ä', 'ab\n'])('refuses %j', (text) => {
    expect(fromBase64(text)).toBeUndefined();
  });

  test('writes hexadecimal with two digits a byte', () => {
    expect(toHex(Uint8Array.of(0, 10, 255))).toBe('000aff');
  });

  test('bytes that are not UTF-8 are not text', () => {
    expect(toText(Uint8Array.of(0xc3, 0x28))).toBeUndefined();
    expect(toText(new TextEncoder().encode('grün'))).toBe('grün');
  });
});

describe('what was given', () => {
  test('text is text', () => {
    expect(givenBytes(new TextEncoder().encode('eyJ.é'), 'a.txt')).toEqual({
      text: 'eyJ.é',
      size: 6,
      name: 'a.txt',
    });
  });

  test.each([
    ['not UTF-8', [0xa3, 0x63, 0xff]],
    ['UTF-8 with controls', [0x30, 0x03, 0x02, 0x01, 0x00]],
    ['a delete character', [0x61, 0x7f]],
  ])('bytes that are %s stay bytes', (_, list) => {
    const bytes = Uint8Array.from(list);
    expect(givenBytes(bytes)).toEqual({ text: '', bytes: toBase64(bytes), size: list.length });
  });

  test('line feeds and tabs are text, and a byte order mark is left out', () => {
    expect(givenBytes(new TextEncoder().encode('\ufeffa\r\n\tb')).text).toBe('a\r\n\tb');
  });

  test('the size is that of its bytes', () => {
    expect(givenText('é').size).toBe(2);
  });

  test('1 MiB is sent, and one byte more is not', () => {
    expect(problemOf(givenText('a'.repeat(MOST_BYTES)))).toBeUndefined();
    expect(problemOf(givenText('a'.repeat(MOST_BYTES + 1)))).toMatch(
      /^This has 1.048.577 bytes, and evidence has 1 MiB at most/,
    );
  });

  test.each(['', ' \n\t '])('nothing is said of %j', (text) => {
    expect(problemOf(givenText(text))).toMatch(/^There is nothing in it/);
  });

  test('bytes count without text', () => {
    expect(problemOf(givenBytes(Uint8Array.of(0xff)))).toBeUndefined();
  });

  test.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [1023, '1023 bytes'],
    [5775, '5.6 KiB'],
    [3 * MOST_BYTES, '3 MiB'],
  ])('%i is %s', (size, words) => {
    expect(sizeInWords(size)).toBe(words);
  });
});

test.each([
  ['{"kind":"approov-token"}', true],
  [' \n{ "token": "x", "kind": "anything" }', true],
  ['{"kind":1}', false],
  ['{"token":"x"}', false],
  ['{"a":{"kind":"approov-token"}}', false],
  ['[{"kind":"approov-token"}]', false],
  ['{"kind":"approov-token"', false],
  ['kind', false],
  ['', false],
])('of %j, that it says its kind is %j', (text, expected) => {
  expect(saysKind(givenText(text))).toBe(expected);
});
