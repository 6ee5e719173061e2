import {
  constants,
  createHmac,
  createSecretKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  verifyHttpSignature,
  type HttpSignatureAlgorithm,
} from '../../../src/kernel/http-signatures/algorithms.js';

const BASE = '"@method": GET\n"@signature-params": ("@method")';
const data = Buffer.from(BASE);
const ieee = { dsaEncoding: 'ieee-p1363' } as const;

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const ed25519 = generateKeyPairSync('ed25519');
const secret = createSecretKey(randomBytes(32));

/** A key of each algorithm of RFC 9421 §3.3, and a signature over the base. */
const SIGNED: readonly (readonly [HttpSignatureAlgorithm, KeyObject, Buffer])[] = [
  [
    'rsa-pss-sha512',
    rsa.publicKey,
    sign('sha512', data, { key: rsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 }),
  ],
  ['rsa-v1_5-sha256', rsa.publicKey, sign('sha256', data, rsa.privateKey)],
  ['hmac-sha256', secret, createHmac('sha256', secret).update(data).digest()],
  ['ecdsa-p256-sha256', p256.publicKey, sign('sha256', data, { key: p256.privateKey, ...ieee })],
  ['ecdsa-p384-sha384', p384.publicKey, sign('sha384', data, { key: p384.privateKey, ...ieee })],
  ['ed25519', ed25519.publicKey, sign(null, data, ed25519.privateKey)],
];

describe.each(SIGNED)('%s', (algorithm, key, signature) => {
  it('verifies a signature over the base, and over no other text', () => {
    expect(verifyHttpSignature(algorithm, key, BASE, signature)).toBe(true);
    expect(verifyHttpSignature(algorithm, key, `${BASE} `, signature)).toBe(false);
  });

  it('refuses a signature that is changed, cut or longer', () => {
    const changed = Buffer.from(signature);
    changed[5] = (changed[5] as number) ^ 1;
    for (const bytes of [
      changed,
      signature.subarray(1),
      Buffer.concat([signature, Buffer.from([0])]),
      Buffer.alloc(0),
    ])
      expect(verifyHttpSignature(algorithm, key, BASE, bytes)).toBe(false);
  });
});
