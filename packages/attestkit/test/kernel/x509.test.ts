import { createPublicKey, generateKeyPairSync, sign, X509Certificate, type webcrypto } from 'node:crypto';
import { decode } from 'cborg';
import { beforeAll, describe, expect, it } from 'vitest';
import { readPinnedRoot } from '../../src/kernel/asn1/pinned-root.js';
import { isSignedBy, publicKeyOf, readCertificate, type Certificate } from '../../src/kernel/asn1/x509.js';
import { vectors, type Vector } from '../vectors.js';
import {
  authorityExtensions,
  extension,
  makeCertificate,
  newKeys,
  PeculiarCertificate,
} from './support/certificates.js';

const NOT_BEFORE = Date.parse('2026-01-01T00:00:00Z');
const NOT_AFTER = Date.parse('2051-06-01T12:30:59Z');
const EXTENSIONS = [...authorityExtensions(0), extension('1.2.3.4', '0500')];

const ecKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsaKeys = generateKeyPairSync('rsa', { modulusLength: 2048 });
let keys: webcrypto.CryptoKeyPair;
let der: Buffer;
let certificate: Certificate;

beforeAll(async () => {
  keys = await newKeys('P-384');
  const names = { subject: 'CN=Root, O=Test', issuer: 'CN=Root, O=Test' };
  const pair = { publicKey: keys.publicKey, signingKey: keys.privateKey };
  const dates = { notBefore: NOT_BEFORE, notAfter: NOT_AFTER };
  der = await makeCertificate({ ...names, ...pair, ...dates, extensions: EXTENSIONS });
  certificate = readCertificate(der) as Certificate;
});

/** What the reader says of a certificate, held to Node and to @peculiar/x509. */
function expectAgreement(bytes: Uint8Array): void {
  const ours = readCertificate(bytes);
  const node = new X509Certificate(bytes);
  const theirs = new PeculiarCertificate(Buffer.from(bytes));
  if (ours === undefined) throw new Error(`not read: ${node.subject}`);
  expect(BigInt(`0x${Buffer.from(ours.serial).toString('hex')}`)).toBe(BigInt(`0x${node.serialNumber}`));
  expect(new Date(ours.notBefore)).toEqual(theirs.notBefore);
  expect(new Date(ours.notAfter)).toEqual(theirs.notAfter);
  expect(Buffer.from(ours.spki)).toEqual(Buffer.from(theirs.publicKey.rawData));
  expect(Buffer.from(ours.issuer)).toEqual(Buffer.from(theirs.issuerName.toArrayBuffer()));
  expect(Buffer.from(ours.subject)).toEqual(Buffer.from(theirs.subjectName.toArrayBuffer()));
  expect(Buffer.from(ours.signature)).toEqual(Buffer.from(theirs.signature));
  const read = [...ours.extensions].map(([oid, { critical, value }]) => [oid, critical, Buffer.from(value)]);
  expect(read).toEqual(
    theirs.extensions.map(({ type, critical, value }) => [type, critical, Buffer.from(value)]),
  );
}

describe('a certificate', () => {
  it('is read as Node and @peculiar/x509 read it', () => {
    expectAgreement(der);
    expect(certificate).toMatchObject({
      notBefore: NOT_BEFORE,
      notAfter: NOT_AFTER,
      algorithm: '1.2.840.10045.4.3.3',
    });
    const { critical, value } = certificate.extensions.get('1.2.3.4') ?? {};
    expect([critical, value]).toEqual([false, Buffer.from('0500', 'hex')]);
  });

  it('is verified as Node verifies it', async () => {
    const key = publicKeyOf(certificate);
    expect(key && isSignedBy(certificate, key)).toBe(true);
    const other = createPublicKey(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey);
    expect(isSignedBy(certificate, other)).toBe(false);
  });

  it('is not verified with a key of another type than the algorithm’s, nor by an unknown algorithm', () => {
    const rsa = createPublicKey(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
    const ed25519 = createPublicKey(generateKeyPairSync('ed25519').privateKey);
    expect(isSignedBy(certificate, rsa)).toBe(false);
    expect(isSignedBy(certificate, ed25519)).toBe(false);
    const key = publicKeyOf(certificate);
    expect(key && isSignedBy({ ...certificate, algorithm: '1.2.840.10045.4.1' }, key)).toBe(false);
    expect(isSignedBy({ ...certificate, algorithm: '1.2.840.113549.1.1.13' }, rsa)).toBe(false);
    const short = createPublicKey(generateKeyPairSync('rsa', { modulusLength: 512 }).privateKey);
    expect(isSignedBy({ ...certificate, algorithm: '1.2.840.113549.1.1.13' }, short)).toBe(false);
  });

  it('is not verified by the right signature of another type than its algorithm says', () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const signed = { ...certificate, signature: sign('sha384', certificate.tbs, privateKey) };
    expect(isSignedBy({ ...signed, algorithm: '1.2.840.113549.1.1.12' }, publicKey)).toBe(true);
    expect(isSignedBy(signed, publicKey)).toBe(false);
  });

  it.each([
    ['1.2.840.10045.4.3.2', 'ec', 'sha256'],
    ['1.2.840.10045.4.3.3', 'ec', 'sha384'],
    ['1.2.840.10045.4.3.4', 'ec', 'sha512'],
    ['1.2.840.113549.1.1.11', 'rsa', 'sha256'],
    ['1.2.840.113549.1.1.12', 'rsa', 'sha384'],
    ['1.2.840.113549.1.1.13', 'rsa', 'sha512'],
  ])('is verified by algorithm %s, a key of type %s and %s alone', (algorithm, type, hash) => {
    const { publicKey, privateKey } = type === 'ec' ? ecKeys : rsaKeys;
    const verified = ['sha256', 'sha384', 'sha512'].filter((each) => {
      const signature = sign(each, certificate.tbs, privateKey);
      return isSignedBy({ ...certificate, algorithm, signature }, publicKey);
    });
    expect(verified).toEqual([hash]);
  });

  it('has no key where its point is not on the curve', () => {
    const spki = Buffer.from(certificate.spki);
    spki[spki.length - 1] = (spki.at(-1) as number) ^ 1;
    expect(publicKeyOf({ ...certificate, spki })).toBeUndefined();
    expect(publicKeyOf({ ...certificate, spki: Buffer.of(0x30, 0) })).toBeUndefined();
  });

  it('does not verify with any bit of what is signed, or of the signature, changed', () => {
    const key = publicKeyOf(certificate);
    if (key === undefined) throw new Error('no key');
    for (let at = 0; at < der.length; at += 1) {
      const changed = Buffer.from(der);
      changed[at] = (changed[at] as number) ^ (1 << (at % 8));
      const read = readCertificate(changed);
      expect(read === undefined || !isSignedBy(read, key)).toBe(true);
    }
  });

  it('is refused when it is cut off anywhere, or has anything behind it', () => {
    for (let length = 0; length < der.length; length += 1)
      expect(readCertificate(der.subarray(0, length))).toBeUndefined();
    expect(readCertificate(Buffer.concat([der, Buffer.of(0)]))).toBeUndefined();
    expect(readCertificate(Buffer.concat([der, der]))).toBeUndefined();
  });
});

describe('a root that is pinned', () => {
  const refused = (root: unknown, problem: string) =>
    expect(() => readPinnedRoot(root)).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', variable: 'additionalRoots', problem }),
    );

  it('is an authority that signed itself, in DER or PEM, whatever its path length', () => {
    expect(readPinnedRoot(der).spki).toEqual(certificate.spki);
    expect(readPinnedRoot(new X509Certificate(der).toString()).spki).toEqual(certificate.spki);
  });

  it('is no certificate that cannot be read, nor one with a key that cannot be used', () => {
    const offCurve = Buffer.from(der);
    const last = der.indexOf(certificate.spki) + certificate.spki.length - 1;
    offCurve.writeUInt8(offCurve.readUInt8(last) ^ 1, last);
    expect(new X509Certificate(offCurve).raw).toEqual(offCurve);
    for (const root of [undefined, '', 'root', Buffer.alloc(0), der.subarray(1), offCurve])
      refused(root, 'has a certificate that cannot be read');
  });

  it('is not signed by another, nor changed', () => {
    const changed = Buffer.from(der);
    changed.writeUInt8(changed.readUInt8(der.length - 1) ^ 1, der.length - 1);
    refused(changed, 'has a certificate that is not signed by itself');
  });
});

/** A SEQUENCE or another element, with a length in its shortest form. */
function element(identifier: string, ...parts: (string | Uint8Array)[]): Buffer {
  const content = Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'hex') : part)),
  );
  const { length } = content;
  const head = length < 0x80 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(identifier, 'hex'), Buffer.from(head), content]);
}

const ECDSA = element('30', '06082a8648ce3d040302');
const NAME = element('30', '310d300b06035504030c0454657374');
const UTC = '170d3236303130313030303030305a';
const BASIC = element('30', '0603551d13', '0101ff', element('04', '3000'));

/** A certificate of parts, each of which can be another one. */
function assembled(change: Record<string, string | Uint8Array> = {}): Certificate | undefined {
  const part = {
    version: 'a003020102',
    serial: '020101',
    inner: ECDSA,
    issuer: NAME,
    validity: element('30', UTC, UTC),
    subject: NAME,
    spki: element('30', '3000', '030100'),
    extensions: element('a3', element('30', BASIC)),
    more: '',
    outer: ECDSA,
    signature: '03020061',
    behind: '',
    ...change,
  };
  const { version, serial, inner, issuer, validity, subject, spki, extensions, more } = part;
  const tbs = element('30', version, serial, inner, issuer, validity, subject, spki, extensions, more);
  return readCertificate(element('30', tbs, part.outer, part.signature, part.behind));
}

describe('a certificate of parts', () => {
  it('is read when each is right', () => {
    expect(assembled()).toBeDefined();
    expect(
      assembled({
        inner: element('30', '06082a8648ce3d040302', '0500'),
        outer: element('30', '06082a8648ce3d040302', '0500'),
      }),
    ).toBeDefined();
  });

  const twice = (...extensions: Uint8Array[]): Buffer => element('a3', element('30', ...extensions));
  const RSA = element('30', '06092a864886f70d01010b', '0500');
  it.each<[string, Record<string, string | Uint8Array>]>([
    ['version 1', { version: '' }],
    ['version 2', { version: 'a003020101' }],
    ['version 4', { version: 'a003020103' }],
    ['a version that is not tagged', { version: '020102' }],
    ['a serial number with a leading zero', { serial: '02020001' }],
    ['no serial number', { serial: '0200' }],
    ['another algorithm inside', { inner: RSA }],
    ['another algorithm outside', { outer: RSA }],
    ['parameters inside alone', { inner: element('30', '06082a8648ce3d040302', '0500') }],
    [
      'other parameters than NULL',
      {
        inner: element('30', '06082a8648ce3d040302', '020101'),
        outer: element('30', '06082a8648ce3d040302', '020101'),
      },
    ],
    [
      'two parameters',
      {
        inner: element('30', '06082a8648ce3d040302', '0500', '0500'),
        outer: element('30', '06082a8648ce3d040302', '0500', '0500'),
      },
    ],
    ['no algorithm', { inner: '3000', outer: '3000' }],
    ['an issuer that is no name', { issuer: '3100' }],
    ['a subject that is no name', { subject: '0400' }],
    ['one date', { validity: element('30', UTC) }],
    ['three dates', { validity: element('30', UTC, UTC, UTC) }],
    ['a date that does not exist', { validity: element('30', UTC, '170d3236303233303030303030305a') }],
    ['a key that is no SEQUENCE', { spki: '0400' }],
    ['two lists of extensions', { extensions: element('a3', element('30', BASIC), element('30', BASIC)) }],
    ['unique ids in place of extensions', { extensions: element('a1', element('30', BASIC)) }],
    ['unique ids beside extensions', { more: element('a3', element('30', BASIC)) }],
    ['an extension twice', { extensions: twice(BASIC, BASIC) }],
    [
      'an extension twice, once critical',
      { extensions: twice(BASIC, element('30', '0603551d13', element('04', '3000'))) },
    ],
    ['an extension without a value', { extensions: twice(element('30', '0603551d13')) }],
    [
      'an extension of four parts',
      { extensions: twice(element('30', '0603551d13', '0101ff', '0400', '0400')) },
    ],
    ['an extension that is not octets', { extensions: twice(element('30', '0603551d13', '3000')) }],
    ['a signature with unused bits', { signature: '03020160' }],
    ['a signature that is not bits', { signature: '04020061' }],
    ['a fourth part', { behind: '0500' }],
  ])('is refused with %s', (_, change) => {
    expect(assembled(change)).toBeUndefined();
  });
});

const published = vectors('key-attestation', 'app-attest/attestation');
const more = vectors('key-attestation-2', 'app-attest-2/attestation');

/** The certificates of a file, leaf first. */
function chainOf({ certificateChain, attestation }: Vector): Uint8Array[] {
  if (Array.isArray(certificateChain))
    return certificateChain.map((each) => Buffer.from(String(each), 'base64'));
  const object = decode(Buffer.from(String(attestation), 'base64')) as { attStmt: { x5c: Uint8Array[] } };
  return object.attStmt.x5c;
}

describe('certificates of real devices', () => {
  published.run('are read as Node and @peculiar/x509 read them', (files) => {
    const all = files.flatMap(chainOf);
    for (const each of all) expectAgreement(each);
    expect(all.length).toBeGreaterThan(150);
  });

  for (const each of [published, more]) {
    each.run('are verified as Node verifies them', (files) => {
      for (const chain of files.map(chainOf)) {
        for (const [index, bytes] of chain.slice(0, -1).entries()) {
          const issuer = new X509Certificate(chain[index + 1] as Uint8Array);
          const ours = readCertificate(bytes);
          expect(ours && isSignedBy(ours, issuer.publicKey)).toBe(
            new X509Certificate(bytes).verify(issuer.publicKey),
          );
        }
      }
    });
  }
});
