import {
  constants,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto';
import { calculateJwkThumbprint, CompactSign, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { approovKeys, verifyApproovToken } from '../../src/approov/index.js';
import { isOfModulus, verifySignature } from '../../src/kernel/jose/jwa.js';
import { jwkThumbprint, publicKey, readJwks } from '../../src/kernel/jose/public-keys.js';
import type { JwsAlgorithm } from '../../src/ports/keys.js';
import { mintApproovToken } from 'attestkit-testing/approov';

const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const P256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const P384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
const P521 = generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey;
const ED25519 = generateKeyPairSync('ed25519').privateKey;
const SECRET = randomBytes(64);
const SECRET_KEY = createSecretKey(SECRET);

const HMACS = ['HS256', 'HS384', 'HS512'] as const;
const PAIRS = [
  ['RS256', RSA],
  ['RS384', RSA],
  ['RS512', RSA],
  ['PS256', RSA],
  ['PS384', RSA],
  ['PS512', RSA],
  ['ES256', P256],
  ['ES384', P384],
  ['ES512', P521],
  ['EdDSA', ED25519],
] as const;
const ALL: readonly (readonly [JwsAlgorithm, KeyObject])[] = [
  ...HMACS.map((algorithm) => [algorithm, SECRET_KEY] as const),
  ...PAIRS,
];

function verifying(key: KeyObject): KeyObject {
  return key.type === 'secret' ? key : createPublicKey(key);
}

/** A token as jose signs it. */
function signedByJose(
  algorithm: JwsAlgorithm,
  key: KeyObject,
  payload = '{"exp":4102444800}',
): Promise<string> {
  return new CompactSign(Buffer.from(payload)).setProtectedHeader({ alg: algorithm }).sign(key);
}

function halves(token: string): [input: string, signature: string] {
  const dot = token.lastIndexOf('.');
  return [token.slice(0, dot), token.slice(dot + 1)];
}

describe.each(ALL)('%s', (algorithm, key) => {
  const ours = { algorithm, key: verifying(key) };

  it('verifies what jose signs', async () => {
    const token = await signedByJose(algorithm, key);
    expect(verifySignature(ours, ...halves(token))).toBe(true);
    const keys =
      key.type === 'secret'
        ? approovKeys({ secretBase64: SECRET.toString('base64'), algorithm: algorithm as 'HS256' })
        : approovKeys({ publicKey: ours.key.export({ format: 'jwk' }), algorithm: algorithm as 'RS256' });
    expect(verifyApproovToken(token, { keys }).expiresAt).toBe(4_102_444_800_000);
  });

  it('is minted as jose verifies it', async () => {
    const token =
      key.type === 'secret'
        ? mintApproovToken({ secretBase64: SECRET.toString('base64'), algorithm: algorithm as 'HS256' })
        : mintApproovToken({ privateKey: key, algorithm: algorithm as 'RS256' });
    const { protectedHeader } = await jwtVerify(token, ours.key, { algorithms: [algorithm] });
    expect(protectedHeader).toEqual({ alg: algorithm, typ: 'JWT' });
  });

  it('refuses the signature of another text', async () => {
    const [, signature] = halves(await signedByJose(algorithm, key, '{"exp":1}'));
    const [input] = halves(await signedByJose(algorithm, key));
    expect(verifySignature(ours, input, signature)).toBe(false);
  });

  it('refuses a signature with a bit flipped, cut off, lengthened, or of zeros', async () => {
    const [input, signature] = halves(await signedByJose(algorithm, key));
    const bytes = Buffer.from(signature, 'base64url');
    const flipped = [0, 1, bytes.length >> 1, bytes.length - 1].map((at) =>
      bytes.map((byte, index) => (index === at ? byte ^ 1 : byte)),
    );
    const others = [
      bytes.subarray(1),
      bytes.subarray(0, -1),
      Buffer.concat([bytes, Buffer.alloc(1)]),
      Buffer.concat([Buffer.alloc(1), bytes]),
      Buffer.alloc(bytes.length),
      Buffer.alloc(0),
    ];
    for (const wrong of [...flipped, ...others]) {
      expect(verifySignature(ours, input, Buffer.from(wrong).toString('base64url'))).toBe(false);
    }
  });

  it('refuses what the same key signed by another algorithm', async () => {
    const related = ALL.filter(([other, otherKey]) => other !== algorithm && otherKey === key);
    for (const [other] of related) {
      const token = await signedByJose(other, key);
      expect(verifySignature(ours, ...halves(token))).toBe(false);
    }
  });
});

it('refuses an RSA signature that is shorter than the modulus by its leading zero', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  for (const [algorithm, padding] of [
    ['PS256', pss],
    ['RS256', {}],
  ] as const) {
    const key = { algorithm, kid: undefined, key: publicKey } as const;
    let count = 0;
    let signature: Buffer;
    // One in 256 has it.
    do {
      count += 1;
      signature = sign('sha256', Buffer.from(`text ${count}`), { key: privateKey, ...padding });
    } while (signature[0] !== 0);
    const verdict = (bytes: Uint8Array): boolean =>
      verifySignature(key, `text ${count}`, Buffer.from(bytes).toString('base64url'));
    expect([algorithm, verdict(signature), verdict(signature.subarray(1))]).toEqual([algorithm, true, false]);
  }
});

describe('secrets', () => {
  it('refuse a MAC by another secret', async () => {
    for (const algorithm of HMACS) {
      const token = await signedByJose(algorithm, createSecretKey(randomBytes(64)));
      expect(verifySignature({ algorithm, key: SECRET_KEY }, ...halves(token))).toBe(false);
    }
  });

  it('verify a short MAC after a long one was refused', async () => {
    const [input] = halves(await signedByJose('HS512', SECRET_KEY));
    expect(verifySignature({ algorithm: 'HS512', key: SECRET_KEY }, input, '_'.repeat(86))).toBe(false);
    for (const algorithm of ['HS256', 'HS384'] as const) {
      const token = await signedByJose(algorithm, SECRET_KEY);
      expect(verifySignature({ algorithm, key: SECRET_KEY }, ...halves(token))).toBe(true);
    }
  });
});

describe('ECDSA', () => {
  it.each([
    ['ES256', P256, 'sha256'],
    ['ES384', P384, 'sha384'],
    ['ES512', P521, 'sha512'],
  ] as const)('%s refuses a signature in DER, which JWA does not use', (algorithm, key, hash) => {
    const input = 'e30.e30';
    const der = sign(hash, Buffer.from(input), { key, dsaEncoding: 'der' });
    expect(verifySignature({ algorithm, key: verifying(key) }, input, der.toString('base64url'))).toBe(false);
  });
});

describe('RSASSA-PSS', () => {
  it.each([0, 20, 64])('refuses a salt of %i bytes, which is not that of the hash', (saltLength) => {
    const input = 'e30.e30';
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    const signature = sign('sha256', Buffer.from(input), { key: RSA, padding, saltLength });
    const key = { algorithm: 'PS256', key: verifying(RSA) } as const;
    expect(verifySignature(key, input, signature.toString('base64url'))).toBe(false);
  });
});

describe('EdDSA', () => {
  it('verifies Ed448 too', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed448');
    const token = mintApproovToken({ privateKey, algorithm: 'EdDSA' });
    expect(verifySignature({ algorithm: 'EdDSA', key: publicKey }, ...halves(token))).toBe(true);
  });
});

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
    ALL.map(([algorithm]) => algorithm).filter((algorithm) => {
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
  for (const type of ['pkcs8', 'sec1'] as const)
    expect(() => publicKey(P256.export({ type, format: 'pem' }) as string, 'ES256', 'KEY')).toThrow(
      'KEY is a private key',
    );
  expect(() => publicKey('a key', 'ES256', 'KEY')).toThrow('KEY is not a PEM that can be read');
});

it('a signature has the length of the modulus of RSA, which other keys do not have', () => {
  expect([255, 256, 257].filter((length) => isOfModulus(RSA, Buffer.alloc(length)))).toEqual([256]);
  for (const key of [SECRET_KEY, P256, ED25519]) expect(isOfModulus(key, Buffer.alloc(64))).toBe(false);
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

  it.each<[string, JsonWebKey | object, string]>([
    ['of another type', rsa, 'has another `kty` than ES256 needs'],
    [
      'on another curve',
      createPublicKey(P384).export({ format: 'jwk' }),
      'has another `crv` than ES256 needs',
    ],
    ['on a curve by the name of a member', { ...jwk, crv: 'constructor' }, 'has another `crv`'],
    ['without a curve', { kty: 'EC', x: jwk.x, y: jwk.y }, 'has another `crv`'],
    ['for another algorithm', { ...jwk, alg: 'ES384' }, 'names another `alg`'],
    ['for encryption', { ...jwk, use: 'enc' }, 'is not for signatures (`use`)'],
    ['for signing alone', { ...jwk, key_ops: ['sign'] }, 'is not for verifying (`key_ops`)'],
    ['for an operation that is not in a list', { ...jwk, key_ops: 'verify' }, 'is not for verifying'],
    ['with a `kid` that is a number', { ...jwk, kid: 7 }, 'has a `kid` that is not a string'],
    ['off its curve', { ...jwk, x: jwk.y }, 'is a JWK that cannot be read'],
    ['with half a point', { ...jwk, y: undefined }, 'is a JWK that cannot be read'],
  ])('is refused %s, and passed over in a list', (_, misfit, problem) => {
    expect(() => publicKey(misfit as JsonWebKey, 'ES256', 'KEY')).toThrow(`KEY ${problem}`);
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
