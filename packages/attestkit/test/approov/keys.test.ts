import { createHmac, generateKeyPairSync, sign, type JsonWebKey, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { approovKeys } from '../../src/approov/index.js';
import { part, refusal, SECONDS, SECRET_BASE64, verifyWith, wrong } from './support/tokens.js';

describe('a public key', () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const second = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();
  const es256 = (key: KeyObject, kid?: string) => {
    const input = `${part({ alg: 'ES256', kid })}.${part({ exp: SECONDS + 300 })}`;
    return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  };
  const jwk = (key: KeyObject, more: object = {}) => ({ ...key.export({ format: 'jwk' }), ...more });

  it('is read from a PEM, a JWK, a list and a JWK Set', () => {
    const sent = es256(ec.privateKey, 'a');
    expect(verifyWith({ algorithm: 'ES256', publicKey: pem(ec.publicKey) }, sent).kind).toBe('approov');
    expect(verifyWith({ algorithm: 'ES256', publicKey: jwk(ec.publicKey) }, sent).kind).toBe('approov');
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
    expect(verifyWith({ algorithm: 'ES256', publicKey: [pem(other), pem(ec.publicKey)] }, sent).kind).toBe(
      'approov',
    );
    const keys = [
      jwk(other, { kid: 'b' }),
      jwk(ec.publicKey, { kid: 'a' }),
      jwk(rsa.publicKey, { kid: 'a' }),
    ];
    expect(verifyWith({ algorithm: 'ES256', jwks: { keys } }, sent).kind).toBe('approov');
  });

  it('is selected by kid, and without one only where there is no choice', () => {
    const keys = [
      jwk(ec.publicKey, { kid: 'a' }),
      jwk(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey, { kid: 'b' }),
    ];
    const code = (jwks: JsonWebKey[], kid?: string) =>
      refusal(() => verifyWith({ algorithm: 'ES256', jwks: { keys: jwks } }, es256(ec.privateKey, kid))).code;
    expect(code(keys)).toBe('ERR_APPROOV_TOKEN_KEY_UNKNOWN');
    expect(code(keys, 'c')).toBe('ERR_APPROOV_TOKEN_KEY_UNKNOWN');
    expect(code(keys, 'b')).toBe('ERR_APPROOV_TOKEN_SIGNATURE_INVALID');
    expect(code(keys, 'https://evil.example/key')).toBe('ERR_APPROOV_TOKEN_KEY_UNKNOWN');
    expect(
      verifyWith({ algorithm: 'ES256', jwks: { keys: keys.slice(0, 1) } }, es256(ec.privateKey)).kind,
    ).toBe('approov');
  });

  it('is listed twice and counts once; under a kid of two keys it verifies nothing, and other keys do', () => {
    const own = jwk(ec.publicKey, { kid: 'a' });
    const verify = (listed: JsonWebKey[], kid?: string, key = ec.privateKey) =>
      verifyWith({ algorithm: 'ES256', jwks: { keys: listed } }, es256(key, kid));
    expect(verify([own, { ...own, use: 'sig' }], 'a').kind).toBe('approov');
    expect(verify([own, own]).kind).toBe('approov');
    const twins = [own, jwk(second.publicKey, { kid: 'a' }), jwk(second.publicKey, { kid: 'b' })];
    expect(verify(twins, 'b', second.privateKey).kind).toBe('approov');
    for (const key of [ec.privateKey, second.privateKey])
      expect(refusal(() => verify(twins, 'a', key)).code).toBe('ERR_APPROOV_TOKEN_KEY_UNKNOWN');
    for (const key of [ec.privateKey, second.privateKey])
      expect(refusal(() => verify(twins, undefined, key)).code).toBe('ERR_APPROOV_TOKEN_KEY_UNKNOWN');
  });

  it('never verifies a MAC made with the key as a secret', () => {
    const input = `${part({ alg: 'HS256' })}.${part({ exp: SECONDS + 300 })}`;
    const forged = `${input}.${createHmac('sha256', pem(ec.publicKey)).update(input).digest('base64url')}`;
    expect(refusal(() => verifyWith({ algorithm: 'ES256', publicKey: pem(ec.publicKey) }, forged)).code).toBe(
      'ERR_APPROOV_TOKEN_ALGORITHM_MISMATCH',
    );
  });

  it('does not take a DER signature for the one JWS defines', () => {
    const input = `${part({ alg: 'ES256' })}.${part({ exp: SECONDS + 300 })}`;
    const der = `${input}.${sign('sha256', Buffer.from(input), ec.privateKey).toString('base64url')}`;
    expect(refusal(() => verifyWith({ algorithm: 'ES256', publicKey: pem(ec.publicKey) }, der)).code).toBe(
      'ERR_APPROOV_TOKEN_SIGNATURE_INVALID',
    );
  });

  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey;
  it.each([
    [
      'text that is no PEM',
      { algorithm: 'ES256', publicKey: 'MFkw' },
      'publicKey is not a PEM that can be read',
    ],
    [
      'a truncated PEM',
      { algorithm: 'ES256', publicKey: pem(ec.publicKey).slice(0, 80) },
      'publicKey is not a PEM that can be read',
    ],
    [
      'a private PEM',
      { algorithm: 'ES256', publicKey: ec.privateKey.export({ type: 'pkcs8', format: 'pem' }) },
      'publicKey is a private key',
    ],
    [
      'a private JWK',
      { algorithm: 'ES256', publicKey: jwk(ec.privateKey) },
      'publicKey is a private or symmetric key',
    ],
    [
      'a symmetric JWK',
      { algorithm: 'ES256', publicKey: { kty: 'oct', k: 'AAAA' } },
      'publicKey is a private or symmetric key',
    ],
    ['another key type', { algorithm: 'ES256', publicKey: pem(rsa.publicKey) }, 'is not a key on the curve'],
    ['another curve', { algorithm: 'ES256', publicKey: pem(p384) }, 'is not a key on the curve'],
    ['another curve in a JWK', { algorithm: 'ES256', publicKey: jwk(p384) }, 'has another `crv`'],
    [
      'an RSA key with exponent 1',
      { algorithm: 'RS256', publicKey: jwk(rsa.publicKey, { e: 'AQ' }) },
      'a JWK that cannot be read',
    ],
    ['a misspelt option', { algoritm: 'ES256', publicKey: pem(ec.publicKey) }, 'algoritm is not an option'],
    [
      'a crv that is an object',
      { algorithm: 'ES256', publicKey: jwk(ec.publicKey, { crv: { toString: 1 } }) },
      'has another `crv`',
    ],
    ['a key that is not RSA', { algorithm: 'RS256', publicKey: pem(ec.publicKey) }, 'is not an RSA key'],
    ['a weak RSA key', { algorithm: 'PS256', publicKey: pem(weak) }, 'less than 2048 bits'],
    [
      'a JWK for another algorithm',
      { algorithm: 'RS256', publicKey: jwk(rsa.publicKey, { alg: 'RS512' }) },
      'names another `alg`',
    ],
    [
      'a JWK for encryption',
      { algorithm: 'RS256', publicKey: jwk(rsa.publicKey, { use: 'enc' }) },
      'is not for signatures',
    ],
    [
      'a JWK for signing',
      { algorithm: 'RS256', publicKey: jwk(rsa.publicKey, { key_ops: ['sign'] }) },
      'is not for verifying',
    ],
    [
      'a JWK off its curve',
      { algorithm: 'ES256', publicKey: jwk(ec.publicKey, { x: 'AAAA' }) },
      'is a JWK that cannot be read',
    ],
    ['null', { algorithm: 'ES256', publicKey: null }, 'is not a JWK'],
    ['no key', { algorithm: 'ES256', publicKey: [] }, 'is an empty list'],
    [
      'the same key twice',
      { algorithm: 'ES256', publicKey: [pem(ec.publicKey), jwk(ec.publicKey)] },
      'the same key or `kid` twice',
    ],
    [
      'different keys with the same kid',
      {
        algorithm: 'ES256',
        publicKey: [jwk(ec.publicKey, { kid: 'a' }), jwk(second.publicKey, { kid: 'a' })],
      },
      'the same key or `kid` twice',
    ],
    ['no algorithm', { publicKey: pem(ec.publicKey) }, 'algorithm is not one for public keys'],
    ['alg none', { algorithm: 'none', publicKey: pem(ec.publicKey) }, 'algorithm is not one for public keys'],
    [
      'a name every object has',
      { algorithm: 'constructor', publicKey: pem(ec.publicKey) },
      'algorithm is not one for public keys',
    ],
    [
      'a MAC algorithm',
      { algorithm: 'HS256', publicKey: pem(ec.publicKey) },
      'algorithm is not one for public keys',
    ],
    [
      'a public-key algorithm with a secret',
      { algorithm: 'ES256', secretBase64: SECRET_BASE64 },
      'algorithm is not one for a shared secret',
    ],
    ['no source of keys', {}, 'exactly one source of keys'],
    [
      'two sources of keys',
      { secretBase64: SECRET_BASE64, publicKey: pem(ec.publicKey), algorithm: 'ES256' },
      'exactly one source of keys',
    ],
    ['a set that is a list', { algorithm: 'ES256', jwks: [] }, 'it is not a JWK Set'],
    ['an empty set', { algorithm: 'ES256', jwks: { keys: [] } }, 'none of its keys is for ES256'],
    [
      'a set with a private key',
      { algorithm: 'ES256', jwks: { keys: [jwk(ec.privateKey)] } },
      'private or symmetric',
    ],
    [
      'a set with one kid for different keys, and no other',
      {
        algorithm: 'ES256',
        jwks: { keys: [jwk(ec.publicKey, { kid: 'a' }), jwk(second.publicKey, { kid: 'a' })] },
      },
      'the same `kid`',
    ],
    [
      'a set with no fitting key',
      { algorithm: 'ES256', jwks: { keys: [jwk(rsa.publicKey)] } },
      'none of its keys is for ES256',
    ],
  ])('that is %s fails at start-up', (_, options, problem) => {
    const error = wrong(options);
    expect(error).toMatchObject({ name: 'ConfigurationError' });
    expect(String(error)).toContain(problem);
  });

  it('has a kid of its own in a list, and the option that it came by in an error', () => {
    const listed = [jwk(ec.publicKey, { kid: 'a' }), jwk(second.publicKey, { kid: 'b' })];
    const keys = { algorithm: 'ES256', publicKey: listed } as const;
    expect(verifyWith(keys, es256(second.privateKey, 'b')).kind).toBe('approov');
    expect(wrong({ algorithm: 'ES256', jwks: { keys: [] } })).toMatchObject({ variable: 'jwks' });
    expect(wrong({ algorithm: 'ES256', publicKey: [] })).toMatchObject({ variable: 'publicKey' });
  });
});

it('a secret may stand alone in a list', () => {
  expect(approovKeys({ secretBase64: [SECRET_BASE64] }).candidates).toBeDefined();
});
