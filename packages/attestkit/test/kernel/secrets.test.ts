import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as secrets from '../../src/kernel/config/secrets.js';
import { within } from '../../src/kernel/config/whole-number.js';

afterEach(() => vi.unstubAllEnvs());

const good = randomBytes(48);

describe('a secret', () => {
  const decode =
    (text: unknown, least = 32) =>
    () =>
      secrets.decodeSecret(text, 'base64', 'SECRET', least);

  it('is as many bytes as it has to be, or more', () => {
    expect(decode(good.toString('base64'), 48)()).toEqual(good);
    expect(decode(good.toString('base64'), 49)).toThrow('has 48 bytes and needs at least 49');
  });

  it.each([
    ['no text', 7],
    ['nothing', undefined],
    ['an empty text', ''],
    ['a PEM', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----'],
    ['text that is not base64', 'not base64 at all, and long enough to be one!!'],
  ])('is not %s', (_, text) => {
    expect(decode(text)).toThrow(expect.objectContaining({ name: 'ConfigurationError', variable: 'SECRET' }));
  });

  it('that is a PEM is told to be one', () => {
    expect(decode('-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----')).toThrow(/PEM|public key/i);
  });

  it('that can be guessed is refused, whatever allows published ones', () => {
    const weak = Buffer.alloc(48, 0x61);
    for (const allow of [true, false])
      expect(() => secrets.assertSafeSecrets([weak], 'SECRET', allow)).toThrow(/^SECRET/);
  });

  it.each([
    ['FastAPI’s tutorial', '09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7'],
    ['tutorials on Spring Boot', '404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970'],
  ])('that is published in %s is refused unless that is allowed, in any encoding', (_, digits) => {
    const bytes = Buffer.from(digits, 'hex');
    for (const text of [bytes.toString('base64'), bytes.toString('base64url'), digits.toLowerCase()]) {
      const check = (allow?: boolean) => () =>
        secrets.assertSafeSecrets([good, Buffer.from(text)], 'SECRET', allow);
      expect(check(false)).toThrow('SECRET is a published example secret');
      expect(check(true)).not.toThrow();
      vi.stubEnv('NODE_ENV', 'production');
      expect(check()).toThrow('SECRET is a published example secret');
      vi.stubEnv('NODE_ENV', 'development');
      expect(check()).not.toThrow();
    }
  });

  it.each<[string, string, secrets.SecretEncoding, RegExp]>([
    [
      'in base64url',
      good.toString('base64url').replace(/.$/, '_'),
      'base64',
      /^It is base64url: encode it as base64\.$/,
    ],
    [
      'in base64',
      `${Buffer.alloc(32, 0xfb).toString('base64')}`,
      'base64url',
      /^It is base64: encode it as base64url\.$/,
    ],
    ['with a line break', `${good.toString('base64')}\n`, 'base64', /^Remove the white space/],
    ['cut off', good.toString('base64').slice(0, -3), 'base64', /^Copy the whole value/],
    ['cut off', good.toString('base64url').slice(0, -3), 'base64url', /^Copy the whole value/],
  ])('%s says what to do about it', (_, text, encoding, remedy) => {
    expect(() => secrets.decodeSecret(text, encoding, 'SECRET', 32)).toThrow(
      expect.objectContaining({
        problem: `is not canonical ${encoding}`,
        remedy: expect.stringMatching(remedy),
      }),
    );
  });

  it('is there once', () => {
    const twice = () => secrets.assertSafeSecrets([good, Buffer.from(good)], 'SECRET', undefined);
    expect(twice).toThrow(/^SECRET/);
    const again = Buffer.from(good.toString('hex'));
    expect(() => secrets.assertSafeSecrets([good, again], 'SECRET')).toThrow('has the same secret twice');
    expect(() => secrets.assertSafeSecrets([good, randomBytes(48)], 'SECRET', undefined)).not.toThrow();
  });
});

it.each([
  [0, false],
  [1, true],
  [5, true],
  [6, false],
  [1.5, false],
  [Number.NaN, false],
  ['2', false],
])('a whole number from 1 to 5 is not %j unless it is one', (value, fits) => {
  const run = () => within('x', value as number, 1, 5);
  if (fits) expect(run()).toBe(value);
  else expect(run).toThrow(expect.objectContaining({ variable: 'x' }));
});

it.each([
  ['development', true],
  ['test', true],
  ['production', false],
  ['', false],
])('NODE_ENV=%s is development: %s', (name, is) => {
  vi.stubEnv('NODE_ENV', name);
  expect(secrets.isDevelopment()).toBe(is);
});
