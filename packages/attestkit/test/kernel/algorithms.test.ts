import {
  constants,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto';
import { CompactSign, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { approovKeys, verifyApproovToken } from '../../src/approov/index.js';
import { isOfModulus, verifySignature } from '../../src/kernel/jose/jwa.js';
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

it('a signature has the length of the modulus of RSA, which other keys do not have', () => {
  expect([255, 256, 257].filter((length) => isOfModulus(RSA, Buffer.alloc(length)))).toEqual([256]);
  for (const key of [SECRET_KEY, P256, ED25519]) expect(isOfModulus(key, Buffer.alloc(64))).toBe(false);
});

describe('a text', () => {
  const verifies = (text: string, signature: Buffer): boolean =>
    verifySignature({ algorithm: 'ES256', key: createPublicKey(P256) }, text, signature);
  const signed = (text: string): Buffer =>
    sign('sha256', Buffer.from(text), { key: P256, dsaEncoding: 'ieee-p1363' });

  it.each([0, 1, 8191, 8192, 8193, 20_000])('of %i characters is verified to its end', (length) => {
    const text = 'x'.repeat(length);
    const signature = signed(text);
    expect(verifies(text, signature)).toBe(true);
    expect(verifies(`${text}y`, signature)).toBe(false);
    expect(verifies(text.slice(0, -1), signature)).toBe(length === 0);
    if (length > 0) expect(verifies(`${text.slice(0, -1)}y`, signature)).toBe(false);
  });

  it('that is shorter than the one before is verified alone', () => {
    const [long, short] = [signed('long text'), signed('text')];
    for (let round = 0; round < 2; round += 1) {
      expect(verifies('long text', long)).toBe(true);
      expect(verifies('text', short)).toBe(true);
      expect(verifies('text', long)).toBe(false);
      expect(verifies('text text', short)).toBe(false);
    }
  });
});
