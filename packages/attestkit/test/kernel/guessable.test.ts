import { describe, expect, it } from 'vitest';
import { weaknessOf } from '../../src/kernel/config/guessable.js';
import { PLACEHOLDERS, SHORT } from './support/placeholders.js';
import { base32, RandomBytes } from './support/random-secrets.js';

const judge = (text: string) => weaknessOf(Buffer.from(text, 'utf8'));

describe('a random secret', () => {
  const random = new RandomBytes();
  const many = (draw: () => string | Buffer) =>
    Array.from({ length: 3000 }, draw).filter((secret) => weaknessOf(Buffer.from(secret)) !== undefined);
  const characters = (alphabet: string, length: number) => () =>
    [...random.bytes(length)].map((byte) => alphabet[byte % alphabet.length]).join('');
  const printable = String.fromCharCode(...Array.from({ length: 94 }, (_, at) => at + 33));
  const groups = characters('abcdefghijkmnpqrstuvwxyz23456789', 40);

  it.each<[string, () => string | Buffer]>([
    ['is bytes', () => random.bytes(32)],
    ['is many bytes', () => random.bytes(300)],
    ['is any printable characters', characters(printable, 32)],
    ['is letters and digits', characters('abcdefghijklmnopqrstuvwxyz0123456789', 32)],
    ['is small letters alone', characters('abcdefghijklmnopqrstuvwxyz', 32)],
    ['is capitals alone', characters('ABCDEFGHIJKLMNOPQRSTUVWXYZ', 40)],
    ['is letters alone', characters('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ', 32)],
    ['has groups of five', () => groups().replace(/.{5}(?=.)/g, '$&-')],
    [
      'is hexadecimal digits in base64',
      () => Buffer.from(random.bytes(32).toString('hex')).toString('base64'),
    ],
    ['is printable characters in base64', () => Buffer.from(characters(printable, 40)()).toString('base64')],
    ['stands behind a prefix', () => `whsec_${random.bytes(24).toString('base64')}`],
    ['stands behind words', () => `acme-prod-jwt-secret-${random.bytes(16).toString('hex')}`],
    ['stands before words', () => `${random.bytes(32).toString('base64url')}-key-of-the-orders-service`],
    [
      'stands behind many letters with accents',
      () => `clé-privée-générée-à-l-été-pour-la-sécurité-${random.bytes(20).toString('hex')}`,
    ],
    ['stands behind words of another language', () => `schlüssel-für-${random.bytes(20).toString('hex')}-ü`],
    ['is a key of OpenSSL, line break and all', () => `${random.bytes(48).toString('base64')}\n`],
  ])('is not refused when it %s', (_, draw) => {
    expect(many(draw)).toEqual([]);
  });
});

describe('what anybody might write', () => {
  it('is two hundred usual placeholders and more, each long enough', () => {
    expect(new Set(PLACEHOLDERS).size).toBeGreaterThanOrEqual(200);
    expect(PLACEHOLDERS.filter((each) => Buffer.byteLength(each) < 32)).toEqual([]);
  });

  it('is refused', () => {
    expect(PLACEHOLDERS.filter((each) => judge(each) === undefined)).toEqual([]);
  });

  it.each<[string, (bytes: Buffer) => string]>([
    ['base64', (bytes) => bytes.toString('base64')],
    ['base64 without padding', (bytes) => bytes.toString('base64').replace(/=+$/, '')],
    ['base64url', (bytes) => bytes.toString('base64url')],
    ['hexadecimal', (bytes) => bytes.toString('hex')],
    ['hexadecimal capitals', (bytes) => bytes.toString('hex').toUpperCase()],
    ['base32', base32],
    ['base64 of base64', (bytes) => Buffer.from(bytes.toString('base64')).toString('base64')],
    [
      'base64 with the line break of echo',
      (bytes) => Buffer.concat([bytes, Buffer.of(10)]).toString('base64'),
    ],
  ])('is refused in %s, where it looks random', (_, encode) => {
    const missed = PLACEHOLDERS.filter((each) => judge(encode(Buffer.from(each, 'utf8'))) === undefined);
    expect(missed).toEqual([]);
  });

  it('is refused with a few random characters behind it, as long as these are no secret by themselves', () => {
    const random = new RandomBytes();
    const salted = PLACEHOLDERS.filter((each) => /^[a-z]+(?:[-_][a-z]+){5,}/.test(each)).map(
      (each) => `${each}-${random.bytes(4).toString('hex')}`,
    );
    expect(salted.length).toBeGreaterThan(20);
    expect(salted.filter((each) => judge(each) === undefined)).toEqual([]);
  });

  it('is refused in any case', () => {
    const words = PLACEHOLDERS.filter((each) => /^[a-z]+(?:[-_ ][a-z]+){5,}$/.test(each));
    expect(words.length).toBeGreaterThan(20);
    const capitalized = (each: string) => each.replace(/(?:^|[-_ ])[a-z]/g, (found) => found.toUpperCase());
    for (const change of [capitalized, (each: string) => each.toUpperCase()])
      expect(words.map(change).filter((each) => judge(each) === undefined)).toEqual([]);
  });

  it.each<[string, Buffer]>([
    ['zeros', Buffer.alloc(64)],
    ['one byte', Buffer.alloc(32, 0xa7)],
    ['bytes that count up', Buffer.from(Array.from({ length: 32 }, (_, at) => at))],
    ['bytes that count down by three', Buffer.from(Array.from({ length: 48 }, (_, at) => 255 - 3 * at))],
    ['eight random bytes, four times', Buffer.alloc(32, new RandomBytes().bytes(8))],
    ['three bytes in disorder', Buffer.from(new RandomBytes().bytes(48).map((byte) => byte % 3))],
  ])('is refused when it is %s', (_, bytes) => {
    expect(weaknessOf(bytes)).toBe('repeats');
    expect(judge(bytes.toString('hex'))).toBeDefined();
    expect(judge(bytes.toString('base64'))).toBeDefined();
  });

  it('is refused for its length where it is short, and never by a crash', () => {
    for (const each of ['', ' ', '=', '====', ...SHORT]) expect(() => judge(each)).not.toThrow();
  });
});
