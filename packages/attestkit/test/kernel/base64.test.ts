import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64, decodeBase64url, isBase64url } from '../../src/kernel/bytes/base64.js';

/** Texts that are nearly base64: its characters, those of the other alphabet, and what people add. */
const nearly = fc.string({
  unit: fc.constantFrom(...'AQgwEIBCDxyz0189-_+/= \n\0.é', '\u2028', '😀', '\ud800'),
  maxLength: 12,
});

describe('decodeBase64url', () => {
  // RFC 4648 §10, without its padding
  it.each([
    ['', ''],
    ['f', 'Zg'],
    ['fo', 'Zm8'],
    ['foo', 'Zm9v'],
    ['foob', 'Zm9vYg'],
    ['fooba', 'Zm9vYmE'],
    ['foobar', 'Zm9vYmFy'],
    ['\u00fb\u00ff\u00fe', '-__-'],
  ])('reads %j from %j', (text, encoded) => {
    expect(decodeBase64url(encoded)?.toString('latin1')).toBe(text);
  });

  it.each([
    ['padding', 'Zg=='],
    ['padding where none is due', 'Zm9v='],
    ['the standard alphabet', '+//+'],
    ['an unused bit that is set, after two characters', 'Zh'],
    ['an unused bit that is set, after three', 'Zm9'],
    ['all unused bits set', 'Z_'],
    ['a group of one character', 'Z'],
    ['one character over', 'Zm9vZ'],
    ['a space before', ' Zg'],
    ['a space after', 'Zg '],
    ['a space within', 'Z g'],
    ['a line feed at the end', 'Zg\n'],
    ['a line feed within', 'Zm9v\nYmFy'],
    ['NUL', 'Zg\0'],
    ['a letter of another script', 'Zｇ'],
    ['a dot', 'Zg.'],
    ['a lone surrogate', 'Zg\ud800'],
  ])('refuses %s', (_, encoded) => {
    expect(decodeBase64url(encoded)).toBeUndefined();
    expect(isBase64url(encoded)).toBe(false);
  });

  it('gives back any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = Buffer.from(bytes).toString('base64url');
        expect(decodeBase64url(text)).toEqual(Buffer.from(bytes));
        expect(isBase64url(text)).toBe(true);
      }),
    );
  });

  it('reads exactly the texts that encoding gives', () => {
    fc.assert(
      fc.property(fc.oneof(nearly, fc.base64String(), fc.string()), (text) => {
        const canonical = Buffer.from(text, 'base64url').toString('base64url') === text;
        expect(decodeBase64url(text) !== undefined).toBe(canonical);
        expect(isBase64url(text)).toBe(canonical);
      }),
      { numRuns: 2000 },
    );
  });

  it('decides on each pair and triple of characters as encoding does', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=';
    const wrong = [...alphabet]
      .flatMap((last) => [`A${last}`, `AA${last}`, `AAA${last}`, `AAAA${last}`])
      .filter(
        (text) => isBase64url(text) !== (Buffer.from(text, 'base64url').toString('base64url') === text),
      );
    expect(wrong).toEqual([]);
  });
});

describe('decodeBase64', () => {
  it.each([
    ['', ''],
    ['f', 'Zg=='],
    ['fo', 'Zm8='],
    ['foobar', 'Zm9vYmFy'],
    ['\u00fb\u00ff\u00fe', '+//+'],
  ])('reads %j from %j', (text, encoded) => {
    expect(decodeBase64(encoded)?.toString('latin1')).toBe(text);
  });

  it.each([
    ['no padding', 'Zg'],
    ['half the padding', 'Zg='],
    ['padding where none is due', 'Zm9v='],
    ['padding within', 'Zg==Zg=='],
    ['the other alphabet', '-__-'],
    ['an unused bit that is set', 'Zh=='],
    ['a line feed at the end', 'Zg==\n'],
    ['a line feed within', 'Zm9v\nYmFy'],
    ['a space', 'Zg== '],
    ['NUL', 'Zg==\0'],
  ])('refuses %s', (_, encoded) => {
    expect(decodeBase64(encoded)).toBeUndefined();
  });

  it('gives back any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(decodeBase64(Buffer.from(bytes).toString('base64'))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('reads exactly the texts that encoding gives', () => {
    fc.assert(
      fc.property(fc.oneof(nearly, fc.base64String(), fc.string()), (text) => {
        const canonical = Buffer.from(text, 'base64').toString('base64') === text;
        expect(decodeBase64(text) !== undefined).toBe(canonical);
      }),
      { numRuns: 2000 },
    );
  });
});
