import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { inspectEvidence } from '../../src/inspect/index.js';
import { requestBytes } from '../../src/sessions/index.js';
import { createVirtualGoogle } from 'attestkit-testing/google';
import { KEY_ATTESTATION_DEFECTS, type KeyAttestationSignatureDefect } from 'attestkit-testing/android';
import { base64 } from './support/android-files.js';
import { failed, problem } from './support/unusable.js';

const google = createVirtualGoogle();
const device = google.createAndroid({ packageName: 'com.example.app', signingDigests: ['ab'.repeat(32)] });
const key = device.generateKey({ challenge: 'AQAB' });
const lines = requestBytes({
  audience: 'https://api.example.com',
  method: 'POST',
  target: '/transfers',
  body: Buffer.from('{"amount":100}'),
  challenge: 'AQAB',
});
const text = Buffer.from(lines).toString();
const FILE = {
  kind: 'key-attestation-signature',
  publicKey: base64(key.publicKey),
  algorithm: 'ecdsa-sha256',
  clientDataText: text,
  signature: base64(key.sign(lines)),
};
const codes = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `ERR_KEY_ATTESTATION_${name}`);

describe('a request that a key of Android signed', () => {
  it('passes, and says whose key it is and what else a server looks at', () => {
    const report = inspectEvidence(FILE);
    expect([report.verdict, failed(report)]).toEqual(['pass', []]);
    expect(report.notChecked).toEqual(['request lines', 'challenge use']);
    expect(report).toMatchObject({ result: { keyId: key.keyId, algorithm: 'ecdsa-sha256' } });
    expect(report.checks.map(({ code }) => code)).toEqual(
      codes('SIGNATURE_KEY_INVALID', 'SIGNATURE_ENCODING_MALFORMED', 'REQUEST_SIGNATURE_INVALID'),
    );
  });

  const pem = `-----BEGIN PUBLIC KEY-----\n${base64(key.publicKey)}\n-----END PUBLIC KEY-----\n`;
  it.each<[string, object]>([
    ['with its bytes', { clientDataText: undefined, clientData: base64(lines) }],
    ['with its key in PEM', { publicKey: pem }],
    ['with its key in base64url', { publicKey: Buffer.from(key.publicKey).toString('base64url') }],
    ['in base64url', { signature: Buffer.from(key.sign(lines)).toString('base64url') }],
  ])('passes %s', (_, members) => {
    expect(inspectEvidence({ ...FILE, ...members }).verdict).toBe('pass');
  });

  it.each([
    [{ keyType: 'p384', digest: 'sha384' }, 'ecdsa-sha384'],
    [{ keyType: 'rsa', padding: 'pkcs1' }, 'rsa-pkcs1-sha256'],
    [{ keyType: 'rsa', padding: 'pss' }, 'rsa-pss-sha256'],
  ] as const)('passes with a key of %j', (choice, algorithm) => {
    const other = device.generateKey({ challenge: 'AQAB', ...choice });
    const file = { ...FILE, publicKey: base64(other.publicKey), signature: base64(other.sign(lines)) };
    const report = inspectEvidence({ ...file, algorithm });
    expect(report).toMatchObject({ verdict: 'pass', result: { keyId: other.keyId } });
    expect(inspectEvidence({ ...file, algorithm: 'ecdsa-sha512' }).verdict).toBe('fail');
  });

  const stranger = device.generateKey({ challenge: 'AQAB' });
  const rsa = base64(
    generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'der' }),
  );
  it.each<[string, object, readonly string[]]>([
    ['of other lines', { clientDataText: `${text}\n` }, codes('REQUEST_SIGNATURE_INVALID')],
    [
      'with line ends of Windows',
      { clientDataText: text.replaceAll('\n', '\r\n') },
      codes('REQUEST_SIGNATURE_INVALID'),
    ],
    ['by a stranger', { publicKey: base64(stranger.publicKey) }, codes('REQUEST_SIGNATURE_INVALID')],
    ['with another hash', { algorithm: 'ecdsa-sha384' }, codes('REQUEST_SIGNATURE_INVALID')],
    ['that is cut', { signature: FILE.signature.slice(0, -4) }, codes('REQUEST_SIGNATURE_INVALID')],
    ['that is no base64', { signature: '?' }, codes('SIGNATURE_ENCODING_MALFORMED')],
    ['that is nothing', { signature: '' }, codes('SIGNATURE_ENCODING_MALFORMED')],
    ['of 2 KiB', { signature: base64(Buffer.alloc(2048)) }, codes('SIGNATURE_ENCODING_MALFORMED')],
    [
      'by the algorithm of another type of key',
      { publicKey: rsa },
      codes('SIGNATURE_KEY_INVALID', 'REQUEST_SIGNATURE_INVALID'),
    ],
    [
      'by another algorithm than its key has',
      { algorithm: 'ed25519' },
      codes('SIGNATURE_KEY_INVALID', 'REQUEST_SIGNATURE_INVALID'),
    ],
  ])('%s fails', (_, members, expected) => {
    const report = inspectEvidence({ ...FILE, ...members });
    expect(failed(report)).toEqual(expected);
    expect(report.verdict === 'fail' && report.code).toBe(expected[0]);
    expect(report).toHaveProperty('unverified.keyId');
  });

  const defects = Object.entries(KEY_ATTESTATION_DEFECTS).filter(([, { target }]) => target === 'signature');
  it.each(defects)('with the defect %s fails as the verifier refuses it', (name, { code }) => {
    const signature = base64(key.sign(lines, name as KeyAttestationSignatureDefect));
    expect(failed(inspectEvidence({ ...FILE, signature }))).toEqual([code]);
  });

  it('whose key is of another type fails, even where OpenSSL would verify it', () => {
    const other = device.generateKey({ challenge: 'AQAB', keyType: 'rsa', padding: 'pkcs1' });
    const file = { ...FILE, publicKey: base64(other.publicKey), signature: base64(other.sign(lines)) };
    expect(failed(inspectEvidence(file))).toEqual(
      codes('SIGNATURE_KEY_INVALID', 'REQUEST_SIGNATURE_INVALID'),
    );
  });

  it.each<[string, object, RegExp]>([
    ['no lines', { clientDataText: undefined }, /^clientDataText is missing\. Give one of /],
    ['lines twice', { clientData: base64(lines) }, /^clientDataText and clientData are both there/],
    ['no signature', { signature: undefined }, /^signature is missing\. Give /],
    ['no key', { publicKey: undefined }, /^publicKey is missing\. Give /],
    ['a key that is none', { publicKey: 'AAAA' }, /^publicKey cannot be read/],
    ['a PEM that is none', { publicKey: '-----BEGIN x' }, /^publicKey cannot be read/],
    ['a private key', { publicKey: '-----BEGIN PRIVATE KEY-----' }, /^publicKey is a private key/],
    ['no algorithm', { algorithm: undefined }, /^algorithm is missing\. Give /],
    ['an algorithm of JOSE', { algorithm: 'ES256' }, /^algorithm is not an algorithm .* ecdsa-sha256/],
    [
      'a challenge',
      { challenge: 'AQAB' },
      /^challenge is not a member of key-attestation-signature evidence/,
    ],
  ])('cannot be inspected with %s', (_, members, message) => {
    const error = problem({ ...FILE, ...members });
    expect(error.message).toMatch(message);
    expect(error.message.startsWith(error.member)).toBe(true);
  });
});
