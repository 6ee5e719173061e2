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

  it('is there once', () => {
    const twice = () => secrets.assertSafeSecrets([good, Buffer.from(good)], 'SECRET', undefined);
    expect(twice).toThrow(/^SECRET/);
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
