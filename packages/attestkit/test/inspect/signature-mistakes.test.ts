import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { inspectEvidence } from '../../src/inspect/index.js';
import { requestBytes } from '../../src/sessions/index.js';
import { createVirtualGoogle } from 'attestkit-testing/google';
import { base64 } from './support/android-files.js';

const CODE = 'ERR_KEY_ATTESTATION_REQUEST_SIGNATURE_INVALID';
const sha256 = (bytes: Uint8Array | string): Buffer => createHash('sha256').update(bytes).digest();
const device = createVirtualGoogle().createAndroid({
  packageName: 'com.example.app',
  signingDigests: ['ab'.repeat(32)],
});
const key = device.generateKey({ challenge: 'AQAB' });
const REQUEST = {
  audience: 'https://api.example.com',
  method: 'POST',
  target: '/transfers?dry=1',
  body: Buffer.from('{"amount":100}'),
  challenge: 'AQAB',
};
const TEXT = Buffer.from(requestBytes(REQUEST)).toString();

function detailOf(signature: Uint8Array, members: object = {}): string {
  const report = inspectEvidence({
    kind: 'key-attestation-signature',
    publicKey: base64(key.publicKey),
    algorithm: 'ecdsa-sha256',
    clientDataText: TEXT,
    signature: base64(signature),
    ...members,
  });
  expect(report).toMatchObject({ verdict: 'fail', code: CODE });
  return report.checks.find(({ code }) => code === CODE)?.detail ?? '';
}

describe('a request of which an Android key signed', () => {
  const digest = sha256(TEXT);

  it.each<[string, Uint8Array | string, RegExp]>([
    ['the digest of the lines', digest, /the SHA-256 of the lines, which hashes them twice/],
    ['the hexadecimal digest', digest.toString('hex'), /the text of the hexadecimal digest of the lines/],
    ['the base64 digest', digest.toString('base64'), /the text of the base64 digest of the lines/],
    ['the lines in base64', base64(TEXT), /the base64 of the lines/],
    ['the target without its query', TEXT.replace('?dry=1', ''), /the target without its query/],
    ['an absolute URL', TEXT.replace('/transfers', 'https://api.example.com/transfers'), /an absolute URL/],
    ['another audience', TEXT.replace('.com\n', '.com/\n'), /the audience with a slash at its end/],
    ['small letters', TEXT.replace('POST', 'post'), /the method in small letters/],
    ['no challenge', TEXT.replace('AQAB', ''), /signed no challenge, but sent one/],
    ['line ends of Windows', TEXT.replaceAll('\n', '\r\n'), /lines that end with CR LF/],
    ['a line feed at the end', `${TEXT}\n`, /a line feed at the end/],
  ])('%s says so', (_, signed, says) => {
    expect(detailOf(key.sign(signed)).split('. Likely mistake: ')[1]).toMatch(says);
  });

  it('a body that the app wrote again says so', () => {
    const sent = '{ "amount": 100 }';
    const clientDataText = Buffer.from(requestBytes({ ...REQUEST, body: Buffer.from(sent) })).toString();
    const detail = detailOf(key.sign(TEXT), { clientDataText, bodyText: sent });
    expect(detail).toMatch(/the digest of the body written again without spaces/);
    expect(detailOf(key.sign(TEXT), { clientDataText })).not.toContain('Likely');
  });

  it('other lines names none', () => {
    expect(detailOf(key.sign(TEXT.replace('transfers', 'other')))).not.toContain('Likely');
    expect(detailOf(device.generateKey({ challenge: 'AQAB' }).sign(TEXT))).not.toContain('Likely');
    expect(detailOf(Buffer.alloc(64, 7))).not.toContain('Likely');
    expect(detailOf(Buffer.alloc(1), { clientDataText: `${TEXT}x` })).not.toContain('Likely');
  });
});

describe('a signature in another form', () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const spki = (pair: typeof ec): string => base64(pair.publicKey.export({ type: 'spki', format: 'der' }));
  const bytes = Buffer.from(TEXT);
  const PSS = 6;

  it.each<[string, () => Uint8Array, object, RegExp]>([
    [
      'r and s side by side',
      () => sign('sha256', bytes, { key: ec.privateKey, dsaEncoding: 'ieee-p1363' }),
      { publicKey: spki(ec) },
      /r and s side by side \(IEEE P1363\): send it in DER/,
    ],
    [
      'another hash',
      () => sign('sha512', bytes, ec.privateKey),
      { publicKey: spki(ec) },
      /the app signed with SHA512: sign with ecdsa-sha256/,
    ],
    [
      'the hash between the two',
      () => sign('sha384', bytes, ec.privateKey),
      { publicKey: spki(ec) },
      /the app signed with SHA384: sign with ecdsa-sha256/,
    ],
    [
      'the padding of PSS',
      () => sign('sha256', bytes, { key: rsa.privateKey, padding: PSS, saltLength: 32 }),
      { publicKey: spki(rsa), algorithm: 'rsa-pkcs1-sha256' },
      /with the padding of rsa-pss: sign with rsa-pkcs1-sha256/,
    ],
    [
      'the padding of PKCS#1',
      () => sign('sha256', bytes, rsa.privateKey),
      { publicKey: spki(rsa), algorithm: 'rsa-pss-sha256' },
      /with the padding of rsa-pkcs1: sign with rsa-pss-sha256/,
    ],
    [
      'a longer salt',
      () => sign('sha256', bytes, { key: rsa.privateKey, padding: PSS, saltLength: 100 }),
      { publicKey: spki(rsa), algorithm: 'rsa-pss-sha256' },
      /the salt of the signature is not as long as its hash/,
    ],
  ])('says so: %s', (_, signature, members, says) => {
    expect(detailOf(signature(), members)).toMatch(says);
  });
});
