import {
  createHmac,
  generateKeyPairSync,
  randomBytes,
  sign,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { approovKeys, verifyApproovToken, type ApproovKeyOptions } from '../../src/approov/index.js';
import { NOW, part, refusal, SECONDS, SECRET, SECRET_BASE64, token } from './tokens.js';

const PUBLISHED = 'h+CX0tOzdAAR9l15bWAqvq7w9olk66daIH+Xk+IAHhVVHszjDzeGobzNnqyRze3lw/WVyWrc2gZfh3XXfBOmww==';
const verifyWith = (options: ApproovKeyOptions, sent: string) =>
  verifyApproovToken(sent, { keys: approovKeys(options), now: NOW });
const wrong = (options: object) => {
  try {
    approovKeys(options as ApproovKeyOptions);
  } catch (error) {
    return error;
  }
  throw new Error('the configuration was accepted');
};

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('a secret', () => {
  it('is read from base64, from base64url, and from a list while one replaces the other', () => {
    const next = randomBytes(32);
    expect(verifyWith({ secretBase64url: SECRET.toString('base64url') }, token()).kind).toBe('approov');
    const both = { secretBase64: [next.toString('base64'), SECRET_BASE64] };
    expect(verifyWith(both, token()).kind).toBe('approov');
    expect(verifyWith(both, token({}, { kid: 'x' }, next)).kind).toBe('approov');
    expect(refusal(() => verifyWith(both, token({}, {}, randomBytes(64)))).code).toBe(
      'ERR_APPROOV_TOKEN_SIGNATURE',
    );
  });

  it.each([
    ['absent', undefined, 'is not set'],
    ['empty', '', 'is empty'],
    ['a number', 12, 'is not set'],
    ['an empty list', [], 'is not set'],
    ['white space', '   ', 'is a placeholder'],
    ['a placeholder of the quickstarts', 'approov_base64_secret_here', 'is a placeholder'],
    ['template syntax', `<${SECRET_BASE64}>`, 'is a placeholder'],
    ['a shell variable', '${APPROOV_BASE64_SECRET}', 'is a placeholder'],
    ['words', 'this-is-my-very-long-secret-that-nobody-will-ever-guess', 'is a placeholder'],
    ['a PEM', '-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n', 'is a PEM'],
    ['31 bytes', randomBytes(31).toString('base64'), 'has 31 bytes and needs at least 32'],
    [
      'base64url',
      Buffer.alloc(48, 'A1b>?~9').toString('base64url'),
      'is not canonical base64. It is base64url: put it in APPROOV_BASE64URL_SECRET',
    ],
    ['without its padding', randomBytes(64).toString('base64').replace(/=+$/, ''), 'is not canonical base64'],
    ['wrapped in white space', ` ${SECRET_BASE64}\n`, 'is not canonical base64. Remove the white space'],
    ['in quotes', `"${SECRET_BASE64}"`, 'is not canonical base64. Copy the whole value'],
    ['one byte over and over', Buffer.alloc(64, 7).toString('base64'), 'repeats a few bytes'],
  ])('that is %s fails at start-up', (_, secretBase64, problem) => {
    const error = wrong({ secretBase64 });
    expect(error).toMatchObject({
      name: 'ConfigurationError',
      variable: 'secretBase64 (APPROOV_BASE64_SECRET)',
    });
    expect(String(error)).toContain(problem);
  });

  it('is never part of the message', () => {
    const short = randomBytes(20).toString('base64');
    expect(String(wrong({ secretBase64: short }))).not.toContain(short);
  });

  it('that is there twice fails at start-up, also among others', () => {
    expect(
      String(wrong({ secretBase64: [SECRET_BASE64, randomBytes(32).toString('base64'), SECRET_BASE64] })),
    ).toContain('the same secret twice');
  });

  it('has to be as long as its hash', () => {
    const secretBase64 = randomBytes(47).toString('base64');
    expect(String(wrong({ secretBase64, algorithm: 'HS384' }))).toContain('needs at least 48');
    expect(String(wrong({ secretBase64, algorithm: 'HS512' }))).toContain('needs at least 64');
  });

  it.each(['HS384', 'HS512'] as const)(
    'verifies %s where that is configured, and then only that',
    (algorithm) => {
      const input = `${part({ alg: algorithm })}.${part({ exp: SECONDS + 9 })}`;
      const sent = `${input}.${createHmac(`sha${algorithm.slice(2)}`, SECRET)
        .update(input)
        .digest('base64url')}`;
      expect(verifyWith({ secretBase64: SECRET_BASE64, algorithm }, sent).exp).toBe(SECONDS + 9);
      expect(refusal(() => verifyWith({ secretBase64: SECRET_BASE64, algorithm }, token())).code).toBe(
        'ERR_APPROOV_TOKEN_ALGORITHM',
      );
    },
  );

  it.each(['production', '', undefined])('that is published is refused where NODE_ENV is %j', (value) => {
    vi.stubEnv('NODE_ENV', value);
    expect(String(wrong({ secretBase64: PUBLISHED }))).toContain('is a published example secret');
    expect(
      String(wrong({ secretBase64url: Buffer.from(PUBLISHED, 'base64').toString('base64url') })),
    ).toContain('published');
    expect(
      approovKeys({ secretBase64: PUBLISHED, allowPublishedSecret: true }).candidates(undefined).length,
    ).toBe(1);
  });

  it.each(['development', 'test'])(
    'that is published is allowed where NODE_ENV is %s, unless the option says otherwise',
    (value) => {
      vi.stubEnv('NODE_ENV', value);
      expect(approovKeys({ secretBase64: PUBLISHED }).candidates(undefined).length).toBe(1);
      expect(String(wrong({ secretBase64: PUBLISHED, allowPublishedSecret: false }))).toContain('published');
    },
  );

  it('that is published, or of zeros, is not excused from the other rules', () => {
    expect(String(wrong({ secretBase64: 'QVBQUk9PVl9TRUNSRVQ=', allowPublishedSecret: true }))).toContain(
      'has 14 bytes',
    );
  });
});

describe('a public key', () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
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
    expect(code(keys, 'b')).toBe('ERR_APPROOV_TOKEN_SIGNATURE');
    expect(code(keys, 'https://evil.example/key')).toBe('ERR_APPROOV_TOKEN_KEY_UNKNOWN');
    expect(
      verifyWith({ algorithm: 'ES256', jwks: { keys: keys.slice(0, 1) } }, es256(ec.privateKey)).kind,
    ).toBe('approov');
  });

  it('never verifies a MAC made with the key as a secret', () => {
    const input = `${part({ alg: 'HS256' })}.${part({ exp: SECONDS + 300 })}`;
    const forged = `${input}.${createHmac('sha256', pem(ec.publicKey)).update(input).digest('base64url')}`;
    expect(refusal(() => verifyWith({ algorithm: 'ES256', publicKey: pem(ec.publicKey) }, forged)).code).toBe(
      'ERR_APPROOV_TOKEN_ALGORITHM',
    );
  });

  it('does not take a DER signature for the one JWS defines', () => {
    const input = `${part({ alg: 'ES256' })}.${part({ exp: SECONDS + 300 })}`;
    const der = `${input}.${sign('sha256', Buffer.from(input), ec.privateKey).toString('base64url')}`;
    expect(refusal(() => verifyWith({ algorithm: 'ES256', publicKey: pem(ec.publicKey) }, der)).code).toBe(
      'ERR_APPROOV_TOKEN_SIGNATURE',
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
      'a set with a kid twice',
      {
        algorithm: 'ES256',
        jwks: { keys: [jwk(ec.publicKey, { kid: 'a' }), jwk(ec.publicKey, { kid: 'a' })] },
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
});
