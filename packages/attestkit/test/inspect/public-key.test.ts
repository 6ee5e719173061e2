import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { inspectEvidence } from '../../src/inspect/index.js';
import { requestBytes } from '../../src/sessions/index.js';
import { createVirtualGoogle } from 'attestkit-testing/google';
import { ASSERTION, base64, base64url, clientData, key, RECEIPT, spki } from './support/app-attest-files.js';
import { problem } from './support/unusable.js';

const point = Buffer.from(key.publicKey).subarray(-65);
const jwk = createPublicKey({ key: Buffer.from(spki, 'base64'), format: 'der', type: 'spki' }).export({
  format: 'jwk',
});

describe('a public key', () => {
  it.each<[string, unknown]>([
    ['a point of 65 bytes', base64(point)],
    ['one in base64url', base64url(point)],
    ['a JWK', jwk],
    ['a JWK with more', { ...jwk, kid: 'x', use: 'sig', alg: 'ES256' }],
    ['a SubjectPublicKeyInfo', spki],
  ])('may be %s', (_, publicKey) => {
    expect(inspectEvidence({ ...ASSERTION, publicKey }).verdict).toBe('pass');
    expect(inspectEvidence({ ...RECEIPT, publicKey }).verdict).toBe('pass');
  });

  it('may be a JWK of an Android key', () => {
    const google = createVirtualGoogle();
    const device = google.createAndroid({
      packageName: 'com.example.app',
      signingDigests: ['ab'.repeat(32)],
    });
    const lines = requestBytes({
      audience: 'a',
      method: 'GET',
      target: '/',
      body: Buffer.alloc(0),
      challenge: 'AQAB',
    });
    for (const [choice, algorithm] of [
      [{ keyType: 'p256' }, 'ecdsa-sha256'],
      [{ keyType: 'rsa', padding: 'pkcs1' }, 'rsa-pkcs1-sha256'],
    ] as const) {
      const android = device.generateKey({ challenge: 'AQAB', ...choice });
      const source = { key: Buffer.from(android.publicKey), format: 'der', type: 'spki' } as const;
      const file = {
        kind: 'key-attestation-signature',
        publicKey: createPublicKey(source).export({ format: 'jwk' }),
        algorithm,
        clientDataText: Buffer.from(lines).toString(),
        signature: base64(android.sign(lines)),
      };
      expect(inspectEvidence(file).verdict).toBe('pass');
    }
  });

  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
  it.each<[string, unknown, RegExp]>([
    ['x and y alone', base64(point.subarray(1)), /^publicKey is 64 bytes, .* Put the byte 04 before them/],
    [
      'a compressed point',
      base64(Buffer.concat([Buffer.of(2), point.subarray(1, 33)])),
      /^publicKey is a compressed point\. Give all 65 bytes/,
    ],
    [
      'a point that is not on the curve',
      base64(Buffer.concat([Buffer.of(4), Buffer.alloc(64, 1)])),
      /^publicKey cannot be read/,
    ],
    ['a private JWK', stranger, /^publicKey is a private key\. Leave out its member d/],
    ['a JWK of nothing', { kty: 'EC' }, /^publicKey is not a JWK that can be read\. Give kty, crv, x and y/],
    ['a symmetric JWK', { kty: 'oct', k: 'AAAA' }, /^publicKey is a private key/],
    ['a JWK as text', JSON.stringify(jwk), /^publicKey is a JWK as text\. Give it as an object/],
    ['a list', [spki], /^publicKey is not a PEM, a SubjectPublicKeyInfo/],
    ['null', null, /^publicKey is not a PEM/],
    ['base64 in lines', `${spki}\n`, /^publicKey is not base64 .*line breaks/],
    ['a hash', base64(Buffer.alloc(32)), /^publicKey is not the SubjectPublicKeyInfo/],
  ])('cannot be %s, and how to convert it is said', (_, publicKey, message) => {
    expect(problem({ ...ASSERTION, publicKey }).message).toMatch(message);
  });
});

describe('the text of what was signed', () => {
  it('may be given in place of its bytes', () => {
    const text = 'attestkit-session-v1\na\nd-1\nAQAB';
    const file = { ...ASSERTION, clientData: undefined, assertion: base64(key.assert({ clientData: text })) };
    expect(inspectEvidence({ ...file, clientDataText: text }).verdict).toBe('pass');
    expect(inspectEvidence({ ...file, clientDataText: `${text}é` }).verdict).toBe('fail');
  });

  it.each<[string, object, RegExp]>([
    ['missing', { clientData: undefined }, /^clientDataText is missing\. Give one of clientDataText/],
    ['given twice', { clientDataText: 'x' }, /^clientDataText and clientData are both there\. Give one/],
    [
      'given beside its hash',
      { clientDataHash: base64(clientData) },
      /^clientData and clientDataHash are both there/,
    ],
    [
      'no text',
      { clientData: undefined, clientDataText: 1 },
      /^clientDataText is not a string, and not empty/,
    ],
    [
      'empty',
      { clientData: undefined, clientDataText: '' },
      /^clientDataText is not a string, and not empty/,
    ],
  ])('cannot be %s', (_, members, message) => {
    expect(problem({ ...ASSERTION, ...members }).message).toMatch(message);
  });
});
