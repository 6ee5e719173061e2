import { createHash, createHmac, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  approovKeys,
  signApproovToken,
  verifyApproovBinding,
  verifyApproovToken,
  type SignApproovTokenOptions,
} from '../../src/approov/index.js';
import { ConfigurationError } from '../../src/kernel/errors.js';

const SECRET = randomBytes(64);
const secretBase64 = SECRET.toString('base64');
const keys = approovKeys({ secretBase64 });
const NOW = Date.parse('2026-06-01T12:00:00.900Z');
const SECONDS = Math.floor(NOW / 1000);

function parts(token: string): unknown[] {
  return token
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as unknown);
}

describe('signApproovToken', () => {
  it('makes a token that is valid for five minutes', () => {
    const token = signApproovToken({}, { secretBase64, now: NOW });
    expect(parts(token)).toEqual([{ alg: 'HS256', typ: 'JWT' }, { exp: SECONDS + 300 }]);
    expect(verifyApproovToken(token, { keys, now: NOW }).kind).toBe('approov');
    expect(() => verifyApproovToken(token, { keys, now: (SECONDS + 300) * 1000 })).toThrow();
    expect(verifyApproovToken(signApproovToken({}, { secretBase64 }), { keys }).kind).toBe('approov');
  });

  it('signs the claims and the header that it is given', () => {
    const options = { secretBase64, now: NOW, expiresInSeconds: -60, header: { kid: '1', typ: undefined } };
    expect(parts(signApproovToken({ did: 'x' }, options))).toEqual([
      { alg: 'HS256', kid: '1' },
      { exp: SECONDS - 60, did: 'x' },
    ]);
    expect(parts(signApproovToken({ exp: 4708683205.891912 }, options))[1]).toEqual({
      exp: 4708683205.891912,
    });
  });

  it.each([
    ['HS256', 'sha256'],
    ['HS384', 'sha384'],
    ['HS512', 'sha512'],
  ] as const)('signs with %s', (algorithm, hash) => {
    const token = signApproovToken({}, { secretBase64, algorithm });
    const [header, payload, signature] = token.split('.');
    expect(signature).toBe(createHmac(hash, SECRET).update(`${header}.${payload}`).digest('base64url'));
    const expected = { keys: approovKeys({ secretBase64, algorithm }) };
    expect(verifyApproovToken(token, expected).kind).toBe('approov');
  });

  it.each([
    ['text, as latin-1', 'Bearer \u00e9\u00ff', Buffer.from('Bearer \u00e9\u00ff', 'latin1')],
    ['bytes', new Uint8Array([0, 255, 1]), Buffer.from([0, 255, 1])],
  ])('binds to %s', (_, bind, bytes) => {
    const result = verifyApproovToken(signApproovToken({ pay: 'other' }, { secretBase64, bind }), { keys });
    expect(result.claims['pay']).toBe(createHash('sha256').update(bytes).digest('base64'));
    expect(verifyApproovBinding(result, bytes).bound).toBe(true);
  });

  it('takes a secret that no server may have', () => {
    const weak = Buffer.alloc(32).toString('base64');
    expect(signApproovToken({}, { secretBase64: weak })).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  });

  it.each([
    ['no secret', { secretBase64: undefined }, /^secretBase64 is not set/],
    [
      'a secret shorter than its hash',
      { secretBase64: randomBytes(63).toString('base64'), algorithm: 'HS512' },
      /^secretBase64 has 63 bytes and needs at least 64/,
    ],
    ['an algorithm for key pairs', { algorithm: 'ES256' }, /^algorithm is not one for a secret/],
    ['no algorithm', { algorithm: 'none' }, /^algorithm is not one for a secret/],
    ['a name that every object has', { algorithm: 'toString' }, /^algorithm is not one for a secret/],
    ['endless seconds', { expiresInSeconds: Infinity }, /^expiresInSeconds is not a finite number/],
    ['seconds as text', { expiresInSeconds: '60' }, /^expiresInSeconds is not a number/],
    ['what no header can carry', { bind: 'Bearer €' }, /^bind has a character that no header field can/],
    ['a misspelt option', { expiresIn: 60 }, /^expiresIn is not an option of signApproovToken/],
  ])('refuses %s', (_, options, message) => {
    const wanted = { secretBase64, ...options } as SignApproovTokenOptions;
    expect(() => signApproovToken({}, wanted)).toThrow(ConfigurationError);
    expect(() => signApproovToken({}, wanted)).toThrow(message);
  });
});
