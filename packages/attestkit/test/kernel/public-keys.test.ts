import { createPublicKey, createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { describe, expect, it } from 'vitest';
import { ALGORITHMS } from '../../src/kernel/jose/jwa.js';
import { assertKeySource, configuredKeys, jwksSource } from '../../src/kernel/jose/key-source.js';
import { jwkThumbprint, publicKey, readJwks } from '../../src/kernel/jose/public-keys.js';
import type { Jwk, JwsAlgorithm, KeySource, VerificationKey } from '../../src/ports/keys.js';

const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const P256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const P384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
const P521 = generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey;
const ED25519 = generateKeyPairSync('ed25519').privateKey;
const KEY: VerificationKey = { algorithm: 'HS256', key: createSecretKey(Buffer.alloc(32, 7)) };
const ALL = Object.keys(ALGORITHMS) as readonly JwsAlgorithm[];

it.each([P256, P384, P521, ED25519])(
  'the thumbprint of a key on a curve is the one that jose computes',
  async (key) => {
    const jwk = createPublicKey(key).export({ format: 'jwk' });
    expect(jwkThumbprint(createPublicKey(key))).toBe(await calculateJwkThumbprint(jwk));
  },
);

it('a public key in PEM fits the algorithms of its type alone', () => {
  const pem = (key: KeyObject) => createPublicKey(key).export({ type: 'spki', format: 'pem' }) as string;
  const fitting = (key: KeyObject) =>
    ALL.filter((algorithm) => {
      try {
        return publicKey(pem(key), algorithm, 'KEY').algorithm === algorithm;
      } catch (error) {
        expect(error).toMatchObject({ name: 'ConfigurationError', variable: 'KEY' });
        return false;
      }
    });
  expect(fitting(RSA)).toEqual(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']);
  expect([P256, P384, P521, ED25519].map(fitting)).toEqual([['ES256'], ['ES384'], ['ES512'], ['EdDSA']]);
  for (const key of [RSA, P256])
    expect(() => publicKey(pem(key), 'HS256', 'KEY')).toThrow(
      'KEY is a public key, and HS256 needs a shared secret',
    );
  const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey;
  expect(fitting(pss)).toEqual([]);
  for (const key of [pss, P256, ED25519])
    expect(() => publicKey(pem(key), 'PS256', 'KEY')).toThrow('KEY is not an RSA key, as PS256 needs');
  for (const type of ['pkcs8', 'sec1'] as const)
    expect(() => publicKey(P256.export({ type, format: 'pem' }) as string, 'ES256', 'KEY')).toThrow(
      'KEY is a private key',
    );
  expect(() => publicKey('a key', 'ES256', 'KEY')).toThrow('KEY is not a PEM that can be read');
});

describe('a public key in a JWK', () => {
  const jwk = createPublicKey(P256).export({ format: 'jwk' });
  const rsa = createPublicKey(RSA).export({ format: 'jwk' });
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
  const listed = (...keys: readonly unknown[]) => readJwks({ keys }, 'ES256');
  const idsOf = (read: ReturnType<typeof readJwks>) =>
    typeof read === 'string' ? read : read.map(({ kid }) => kid);

  it('is read alone and of a list, and verifies', () => {
    const key = publicKey({ ...jwk, alg: 'ES256', use: 'sig', key_ops: ['verify'] }, 'ES256', 'KEY');
    expect(key).toMatchObject({ algorithm: 'ES256', kid: undefined });
    expect(key.key.equals(createPublicKey(P256))).toBe(true);
    expect(publicKey({ ...jwk, kid: 'a' }, 'ES256', 'KEY').kid).toBe('a');
    expect(idsOf(listed({ ...jwk, kid: 'a', use: 'sig' }, other))).toEqual(['a', undefined]);
  });

  it.each(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])(
    'is refused with `%s`, a member of a secret one',
    (member) => {
      const secret = { ...jwk, [member]: 'AQAB' };
      expect(() => publicKey(secret, 'ES256', 'KEY')).toThrow('KEY is a private or symmetric key');
      for (const kty of ['EC', 'oct'])
        expect(listed(jwk, { ...secret, kty })).toBe('it has a private or symmetric key');
    },
  );

  it.each<[string, object, string]>([
    ['of another type', rsa, 'has another `kty` than ES256 needs'],
    [
      'on another curve',
      createPublicKey(P384).export({ format: 'jwk' }),
      'has another `crv` than ES256 needs',
    ],
    ['on a curve by the name of a member', { ...jwk, crv: 'constructor' }, 'has another `crv`'],
    ['on a curve in a list', { ...jwk, crv: ['P-256'] }, 'has another `crv` than ES256 needs'],
    ['without a curve', { kty: 'EC', x: jwk.x, y: jwk.y }, 'has another `crv`'],
    ['for another algorithm', { ...jwk, alg: 'ES384' }, 'names another `alg`'],
    ['for encryption', { ...jwk, use: 'enc' }, 'is not for signatures (`use`)'],
    ['for signing alone', { ...jwk, key_ops: ['sign'] }, 'is not for verifying (`key_ops`)'],
    ['for an operation that is not in a list', { ...jwk, key_ops: 'verify' }, 'is not for verifying'],
    ['with a `kid` that is a number', { ...jwk, kid: 7 }, 'has a `kid` that is not a string'],
    ['off its curve', { ...jwk, x: jwk.y }, 'is a JWK that cannot be read'],
    ['with half a point', { ...jwk, y: undefined }, 'is a JWK that cannot be read'],
  ])('is refused %s, and passed over in a list', (_, misfit, problem) => {
    expect(() => publicKey(misfit as Jwk, 'ES256', 'KEY')).toThrow(`KEY ${problem}`);
    expect(idsOf(listed(misfit, { ...jwk, kid: 'good' }))).toEqual(['good']);
    expect(listed(misfit)).toBe('none of its keys is for ES256');
  });

  it('is refused as RSA if anyone can sign for it, or if it is short', () => {
    const read = (change: object) => () => publicKey({ ...rsa, ...change }, 'RS256', 'KEY');
    for (const e of [rsa.e, 'Aw']) expect(read({ e })().algorithm).toBe('RS256');
    for (const e of ['AQ', 'Ag', 'AQAA']) expect(read({ e })).toThrow(/^KEY is a JWK that cannot be read/);
    const short = generateKeyPairSync('rsa', { modulusLength: 2040 }).publicKey;
    expect(read(short.export({ format: 'jwk' }))).toThrow(/^KEY is a JWK that cannot be read/);
    const pem = short.export({ type: 'spki', format: 'pem' }) as string;
    expect(() => publicKey(pem, 'RS256', 'KEY')).toThrow('KEY is an RSA key of less than 2048 bits');
  });

  it('is one key if a list has it twice, and none if its `kid` has another one', () => {
    expect(idsOf(listed({ ...jwk, kid: 'a' }, { ...jwk, kid: 'a' }, jwk, jwk))).toEqual(['a', undefined]);
    expect(idsOf(listed({ ...jwk, kid: 'a' }, { ...jwk, kid: 'b' }))).toEqual(['a', 'b']);
    const both = [
      { ...jwk, kid: 'a' },
      { ...other, kid: 'a' },
    ];
    expect(listed(...both)).toMatch(/^different keys have the same `kid`/);
    expect(idsOf(listed(...both, { ...jwk, kid: 'b' }))).toEqual(['a', 'a', 'b']);
  });

  it.each([undefined, null, [], {}, { keys: {} }, { keys: 'x' }])('is not in %j', (document) => {
    expect(readJwks(document, 'ES256')).toBe('it is not a JWK Set: there is no list `keys`');
  });

  it('is one of at most 100', () => {
    const keys = Array.from({ length: 101 }, () => jwk);
    expect(readJwks({ keys }, 'ES256')).toBe('it has more than 100 keys');
    expect(readJwks({ keys: keys.slice(1) }, 'ES256')).toHaveLength(1);
    for (const each of [undefined, null, 'x', [jwk]])
      expect(listed(each, jwk)).toBe('it has a key that is not a JSON object');
  });
});

describe('configured keys', () => {
  const key = (kid?: string): VerificationKey => ({ ...KEY, kid });
  const [a, b, none, other] = [key('a'), key('b'), key(), key()];
  it.each<[string, VerificationKey[], string | undefined, VerificationKey[]]>([
    ['the only one, by its name', [a], 'a', [a]],
    ['the only one, for a token without a name', [a], undefined, [a]],
    ['none for another name', [a], 'b', []],
    ['none of several for a token without a name', [a, b], undefined, []],
    ['one of several, by its name', [a, b], 'b', [b]],
    ['those without a name', [a, none, other], undefined, [none, other]],
    ['those without a name beside the one that is named', [a, none], 'a', [a, none]],
    ['those without a name for an unknown one', [a, none], 'c', [none]],
    ['all if none has a name', [none, other], 'c', [none, other]],
  ])('are candidates: %s', (_, keys, kid, candidates) => {
    const source = configuredKeys('HS256', keys);
    expect(source.candidates(kid, 'HS256')).toEqual(candidates);
    expect([a, b, none, other].map((each) => source.includes(each))).toEqual(
      [a, b, none, other].map((each) => keys.includes(each)),
    );
  });
});

it('keys of a set are candidates by their name, or alone', () => {
  const [a, b, none] = ['a', 'b', undefined].map((kid): VerificationKey => ({ ...KEY, kid })) as [
    VerificationKey,
    VerificationKey,
    VerificationKey,
  ];
  const candidates = (keys: VerificationKey[], kid?: string) =>
    jwksSource('HS256', keys).candidates(kid, 'HS256');
  expect(candidates([a, b], 'b')).toEqual([b]);
  expect(candidates([a, b])).toEqual([]);
  expect(candidates([a])).toEqual([a]);
  expect(candidates([a], 'b')).toEqual([]);
  expect(candidates([a, none], 'b')).toEqual([]);
  expect(candidates([a, { ...b, kid: 'a' }], 'a')).toEqual([]);
  const source = jwksSource('HS256', [a, none]);
  expect(source.algorithms).toEqual(['HS256']);
  expect([a, b, none, { ...a }].map((key) => source.includes(key))).toEqual([true, false, true, false]);
});

it('a source of keys has algorithms and two functions', () => {
  const source = configuredKeys('HS256', [KEY]);
  expect(() => assertKeySource(source, 'Give one.')).not.toThrow();
  for (const change of [{ algorithms: 'HS256' }, { candidates: [KEY] }, { includes: undefined }])
    expect(() =>
      assertKeySource({ ...source, ...change } as unknown as Partial<KeySource>, 'Give one.'),
    ).toThrow(expect.objectContaining({ name: 'ConfigurationError', variable: 'keys', remedy: 'Give one.' }));
  expect(() => assertKeySource(undefined, 'Give one.')).toThrow('keys is not a source of keys');
});
