import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { approovKeys, verifyApproovBinding, verifyApproovToken } from 'attestkit/approov';
import { ConfigurationError } from 'attestkit';
import { mintApproovToken, type MintApproovTokenOptions } from '../src/approov/index.js';

const secretBase64 = randomBytes(64).toString('base64');
const KEYS = approovKeys({ secretBase64 });
const NOW = Date.parse('2026-06-01T12:00:00.900Z');
const SECONDS = Math.floor(NOW / 1000);
const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const SMALL_RSA = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' });

function parts(token: string): unknown[] {
  return token
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as unknown);
}

/** The message of the ConfigurationError that these options meet. */
function refusal(options: object): string {
  try {
    mintApproovToken({ secretBase64, ...options } as MintApproovTokenOptions);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('mintApproovToken', () => {
  it('makes a token that is valid for five minutes', () => {
    const token = mintApproovToken({ secretBase64, now: NOW });
    expect(parts(token)).toEqual([{ alg: 'HS256', typ: 'JWT' }, { exp: SECONDS + 300 }]);
    expect(verifyApproovToken(token, { keys: KEYS, now: NOW }).bound).toBe(false);
    expect(() => verifyApproovToken(token, { keys: KEYS, now: (SECONDS + 300) * 1000 })).toThrow();
  });

  it('counts from now unless told otherwise', () => {
    expect(verifyApproovToken(mintApproovToken({ secretBase64 }), { keys: KEYS }).expiresAt).toBeGreaterThan(
      Date.now(),
    );
  });

  it('takes claims, header members and another time of expiry', () => {
    const token = mintApproovToken({
      secretBase64,
      now: NOW,
      expiresInSeconds: 60,
      claims: { did: 'x' },
      header: { kid: '1', typ: undefined },
    });
    expect(parts(token)).toEqual([
      { alg: 'HS256', kid: '1' },
      { exp: SECONDS + 60, did: 'x' },
    ]);
  });

  it('lets claims replace the default expiry', () => {
    expect(parts(mintApproovToken({ secretBase64, claims: { exp: 4708683205.891912 } }))[1]).toEqual({
      exp: 4708683205.891912,
    });
  });

  it.each([
    ['text', 'Bearer example', Buffer.from('Bearer example')],
    [
      'text beyond ASCII, as latin-1',
      'Bearer \u00e9\u00ff',
      Buffer.from([...Buffer.from('Bearer '), 0xe9, 0xff]),
    ],
    ['bytes', new Uint8Array([0, 255, 1]), Buffer.from([0, 255, 1])],
  ])('binds to %s', (_, bind, bytes) => {
    const result = verifyApproovToken(mintApproovToken({ secretBase64, bind }), { keys: KEYS });
    expect(result.claims['pay']).toBe(createHash('sha256').update(bytes).digest('base64'));
    expect(verifyApproovBinding(result, bytes).bound).toBe(true);
  });

  it('takes private keys as PEM of any usual form', () => {
    const keys = approovKeys({
      publicKey: EC.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      algorithm: 'ES256',
    });
    for (const type of ['pkcs8', 'sec1'] as const) {
      const privateKey = EC.privateKey.export({ type, format: 'pem' }).toString();
      const token = mintApproovToken({ privateKey, algorithm: 'ES256' });
      expect(verifyApproovToken(token, { keys }).kind).toBe('approov');
    }
  });

  it.each([
    ['no secret', { secretBase64: undefined }, /^secretBase64 is not set/],
    ['an empty secret', { secretBase64: '' }, /^secretBase64 is empty/],
    [
      'a short secret',
      { secretBase64: randomBytes(31).toString('base64') },
      /31 bytes and needs at least 32/,
    ],
    [
      'a secret that is short for its hash',
      { secretBase64: randomBytes(63).toString('base64'), algorithm: 'HS512' },
      /63 bytes and needs at least 64/,
    ],
    ['base64url', { secretBase64: Buffer.alloc(33, 255).toString('base64url') }, /It is base64url/],
    ['white space', { secretBase64: `${secretBase64}\n` }, /Remove the white space/],
    ['an unknown algorithm', { algorithm: 'none' }, /^algorithm is not known/],
    ['a name that every object has', { algorithm: 'toString' }, /^algorithm is not known/],
    ['a secret for ES256', { algorithm: 'ES256' }, /^algorithm is ES256, which does not sign/],
    ['a private key for HS256', { privateKey: RSA }, /^algorithm is HS256, which does not sign/],
    [
      'an RSA key for ES256',
      { privateKey: RSA, algorithm: 'ES256' },
      /^privateKey is not a key on the curve/,
    ],
    [
      'an EC key for RS256',
      { privateKey: EC.privateKey, algorithm: 'RS256' },
      /^privateKey is not an RSA key/,
    ],
    [
      'a key on another curve',
      { privateKey: EC.privateKey, algorithm: 'ES384' },
      /^privateKey is not a key on the curve/,
    ],
    ['a short RSA key', { privateKey: SMALL_RSA, algorithm: 'RS256' }, /less than 2048 bits/],
    ['a public key', { privateKey: EC.publicKey, algorithm: 'ES256' }, /^privateKey is not private/],
    ['text that is no PEM', { privateKey: 'x', algorithm: 'ES256' }, /^privateKey is not a PEM/],
    [
      'a value no header can carry',
      { bind: 'Bearer €' },
      /^bind has a character that no header field can carry/,
    ],
    ['no number of seconds', { expiresInSeconds: Number.NaN }, /^expiresInSeconds is not a finite number/],
    ['an unknown defect', { defect: 'rotten' }, /^defect is not known/],
    ['a defect that every object has', { defect: 'toString' }, /^defect is not known/],
    [
      'a public key in place of a secret, without a key pair',
      { defect: 'public-key-as-secret' },
      /^defect needs a key pair/,
    ],
  ])('refuses %s', (_, options, message) => {
    expect(refusal(options)).toMatch(message);
  });

  it('never puts a secret into its message', () => {
    const short = randomBytes(20).toString('base64');
    expect(refusal({ secretBase64: short })).not.toContain(short);
    expect(refusal({ secretBase64: `${secretBase64} ` })).not.toContain(secretBase64);
  });
});
