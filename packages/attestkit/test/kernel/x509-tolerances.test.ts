import { generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readPinnedRoot } from '../../src/kernel/asn1/pinned-root.js';
import { parseCertificate } from '../../src/kernel/asn1/x509-read.js';
import { isSignedBy, readCertificate } from '../../src/kernel/asn1/x509.js';
import {
  bits,
  der,
  indefinite,
  integer,
  NULL,
  octets,
  oid,
  printable,
  sequence,
  set,
  tagged,
  TRUE,
} from '../../../testing/src/encode/der.js';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ECDSA = sequence(oid('1.2.840.10045.4.3.2'));
const NAME = sequence(set(sequence(oid('2.5.4.3'), printable('key'))));
const NONE: Uint8Array = Buffer.alloc(0);
const text = (tag: number, value: string): Buffer => der(tag, Buffer.from(value, 'latin1'));
const from = (notBefore: Uint8Array): Buffer => sequence(notBefore, text(0x17, '360101000000Z'));
const listed = (...extensions: readonly Uint8Array[]): Buffer => tagged(3, sequence(...extensions));
const boolean = (...content: readonly number[]): Buffer => der(1, Buffer.from(content));
/** keyUsage, digitalSignature. */
const usage = (...critical: readonly Uint8Array[]): Buffer =>
  sequence(oid('2.5.29.15'), ...critical, octets(bits(Buffer.of(0x80), 7)));
/** An element whose length takes three octets, whatever it is. */
const long = (element: Uint8Array): Buffer => {
  const { length } = element.subarray(2);
  return Buffer.concat([element.subarray(0, 1), Buffer.of(0x83, 0, 0, length), element.subarray(2)]);
};

/** The parts of a certificate; each can be another one. */
type Parts = Readonly<Record<keyof ReturnType<typeof sound>, Uint8Array>>;

function sound() {
  return {
    version: tagged(0, integer(2)),
    serial: integer(1),
    inner: ECDSA,
    issuer: NAME,
    validity: from(text(0x17, '260101000000Z')),
    subject: NAME,
    spki: publicKey.export({ type: 'spki', format: 'der' }),
    ids: NONE,
    extensions: listed(usage(TRUE)),
    outer: ECDSA,
  };
}

function bodyOf(change: Partial<Parts> = {}): Buffer {
  const { outer: _, ...inside } = { ...sound(), ...change };
  return sequence(...Object.values(inside));
}

const signatureOf = (body: Uint8Array): Buffer => bits(sign('sha256', body, privateKey));

/** A certificate that is signed as it stands. */
function signed(change: Partial<Parts> = {}, body = bodyOf(change)): Buffer {
  return sequence(body, change.outer ?? ECDSA, signatureOf(body));
}

const reason = (bytes: Uint8Array): string | undefined => {
  const read = parseCertificate(bytes);
  return 'unreadable' in read ? read.unreadable : undefined;
};

const isUsageCritical = (bytes: Uint8Array): boolean | undefined =>
  readCertificate(bytes)?.extensions.get('2.5.29.15')?.critical;

/** Later ones take no time without seconds: Node 22 and newer have 3.5. */
const isOldOpenSsl = process.versions.openssl.startsWith('3.0.');

/** What OpenSSL reads and verifies. */
function inOpenSsl(bytes: Uint8Array): { verified: boolean; notBefore: number } | undefined {
  try {
    const certificate = new X509Certificate(bytes);
    return { verified: certificate.verify(publicKey), notBefore: Date.parse(certificate.validFrom) };
  } catch {
    return undefined;
  }
}

describe('what is signed may deviate from DER where it means one thing, as OpenSSL reads it', () => {
  const version = (number: number): Uint8Array => tagged(0, integer(number));
  const accepted: readonly (readonly [string, Partial<Parts>])[] = [
    ['nothing out of the ordinary', {}],
    ['critical TRUE as 01', { extensions: listed(usage(boolean(1))) }],
    ['critical TRUE as 80', { extensions: listed(usage(boolean(0x80))) }],
    ['critical FALSE, written', { extensions: listed(usage(boolean(0))) }],
    ['no extensions', { extensions: NONE }],
    ['an empty list of extensions', { extensions: listed() }],
    ['version 1, left out', { version: NONE, extensions: NONE }],
    ['version 1, written', { version: version(0), extensions: NONE }],
    ['version 2', { version: version(1), extensions: NONE }],
    ['unique identifiers', { ids: Buffer.concat([der(0x81, Buffer.of(0, 1)), der(0x82, Buffer.of(0, 2))]) }],
    ['one of them', { ids: der(0x82, Buffer.of(0, 2)) }],
    ['a serial number of 40 octets', { serial: der(2, Buffer.alloc(40, 0x7f)) }],
    ['a negative serial number', { serial: der(2, Buffer.of(0x81)) }],
    ['a time without seconds', { validity: from(text(0x17, '2601010000Z')) }],
    ['a time with an offset', { validity: from(text(0x17, '260101010000+0100')) }],
    ['a time of four digits before 2050', { validity: from(text(0x18, '20260101000000Z')) }],
    ['a fraction of a second', { validity: from(text(0x18, '20260101000000.0Z')) }],
    ['a long length of a name', { issuer: long(NAME) }],
    [
      'a long length of an extension’s value',
      {
        extensions: listed(sequence(oid('2.5.29.15'), TRUE, long(octets(bits(Buffer.of(0x80), 7))))),
      },
    ],
    ['a list of indefinite length', { extensions: indefinite(0xa3, sequence(usage(TRUE))) }],
    [
      'an algorithm with NULL, in both places',
      {
        inner: sequence(oid('1.2.840.10045.4.3.2'), NULL),
        outer: sequence(oid('1.2.840.10045.4.3.2'), NULL),
      },
    ],
  ];
  it.each(accepted)('%s', (_, change) => {
    const bytes = signed(change);
    expect(reason(bytes)).toBeUndefined();
    const certificate = readCertificate(bytes);
    expect(certificate && isSignedBy(certificate, publicKey)).toBe(true);
    expect(certificate?.notBefore).toBe(Date.parse('2026-01-01T00:00:00Z'));
    const read = inOpenSsl(bytes);
    if (read === undefined) return expect([_, isOldOpenSsl]).toEqual(['a time without seconds', false]);
    expect(read.verified).toBe(true);
    // `validFrom` writes fractions in a way that `Date` does not know.
    if (!_.startsWith('a fraction')) expect(read.notBefore).toBe(Date.parse('2026-01-01T00:00:00Z'));
  });

  it('a header of what is signed with a long length', () => {
    const body = bodyOf();
    const longer = Buffer.concat([Buffer.of(0x30, 0x83, 0), Buffer.of(0, body.length - 3), body.subarray(3)]);
    const bytes = signed({}, longer);
    const certificate = readCertificate(bytes);
    expect(certificate && isSignedBy(certificate, publicKey)).toBe(true);
    expect(inOpenSsl(bytes)?.verified).toBe(true);
  });

  it('and a flag is read as what it says', () => {
    expect(isUsageCritical(signed({ extensions: listed(usage(boolean(1))) }))).toBe(true);
    expect(isUsageCritical(signed({ extensions: listed(usage(boolean(0xff))) }))).toBe(true);
    expect(isUsageCritical(signed({ extensions: listed(usage(boolean(0))) }))).toBe(false);
    expect(isUsageCritical(signed({ extensions: listed(usage()) }))).toBe(false);
  });
});

describe('the same is refused where two readers could differ, or nothing signs it', () => {
  const body = bodyOf();
  const signature = signatureOf(body);
  const long2 = (element: Buffer): Buffer =>
    Buffer.concat([element.subarray(0, 1), Buffer.of(0x83, 0), element.subarray(2)]);
  const unsigned: readonly (readonly [string, string, Buffer])[] = [
    [
      'a long length of the whole',
      'Certificate',
      Buffer.concat([Buffer.of(0x30, 0x83, 0), signed().subarray(2)]),
    ],
    ['an indefinite length of the whole', 'Certificate', indefinite(0x30, body, ECDSA, signature)],
    ['a long length of the algorithm', 'signatureAlgorithm', sequence(body, long(ECDSA), signature)],
    [
      'an indefinite length of the algorithm',
      'signatureAlgorithm',
      sequence(body, indefinite(0x30, oid('1.2.840.10045.4.3.2')), signature),
    ],
    [
      'NULL behind the algorithm outside alone',
      'signatureAlgorithm',
      sequence(body, sequence(oid('1.2.840.10045.4.3.2'), NULL), signature),
    ],
    ['a long length of the signature', 'signatureValue', sequence(body, ECDSA, long(signature))],
    ['a signature in pieces', 'signatureValue', sequence(body, ECDSA, der(0x23, signature))],
    [
      'a signature with unused bits',
      'signatureValue',
      sequence(body, ECDSA, der(3, Buffer.of(1), signature.subarray(3))),
    ],
    ['a byte behind the whole', 'Certificate', Buffer.concat([signed(), Buffer.of(0)])],
    ['a fourth part', 'Certificate', sequence(body, ECDSA, signature, NULL)],
  ];
  it.each(unsigned)('unsigned: %s', (_, member, bytes) => {
    expect(reason(bytes)).toBe(member);
  });
  it('among the unsigned ones a length of two octets in place of one', () => {
    const whole = signed();
    // 0x82 and two octets; three would do for more.
    expect(whole.subarray(0, 2).toString('hex')).toBe('3082');
    expect(reason(long2(whole))).toBe('Certificate');
  });

  const tbs = (member: string): string => `tbsCertificate.${member}`;
  const version = (number: number): Uint8Array => tagged(0, integer(number));
  const ambiguous: readonly (readonly [string, string, Partial<Parts>])[] = [
    [
      'critical of two octets',
      'extensions[0] (2.5.29.15).critical',
      { extensions: listed(usage(boolean(0xff, 0xff))) },
    ],
    ['critical of no octet', 'extensions[0] (2.5.29.15).critical', { extensions: listed(usage(boolean())) }],
    [
      'critical that is a number',
      'extensions[0] (2.5.29.15).critical',
      { extensions: listed(usage(integer(1))) },
    ],
    ['critical twice', 'extensions[0] (2.5.29.15).extnValue', { extensions: listed(usage(TRUE, TRUE)) }],
    [
      'a value in pieces',
      'extensions[0] (2.5.29.15).extnValue',
      {
        extensions: listed(sequence(oid('2.5.29.15'), der(0x24, octets(bits(Buffer.of(0x80), 7))))),
      },
    ],
    [
      'an extension twice, once with TRUE as 01',
      'extensions[1] (2.5.29.15).extnID',
      {
        extensions: listed(usage(TRUE), usage(boolean(1))),
      },
    ],
    ['extensions in version 1', 'extensions', { version: NONE }],
    ['extensions in version 2', 'extensions', { version: version(1) }],
    ['an empty list of them in version 2', 'extensions', { version: version(1), extensions: listed() }],
    ['version 4', 'version', { version: version(3) }],
    ['extensions that are a SET', 'extensions', { extensions: tagged(3, set(usage(TRUE))) }],
    [
      'a unique identifier in version 1',
      'issuerUniqueID',
      { version: NONE, extensions: NONE, ids: der(0x81, Buffer.of(0)) },
    ],
    ['a unique identifier in pieces', 'subjectUniqueID', { ids: der(0xa2, bits(Buffer.of(0))) }],
    [
      'unique identifiers in the other order',
      'extensions',
      { ids: Buffer.concat([der(0x82, Buffer.of(0)), der(0x81, Buffer.of(0))]) },
    ],
    ['a serial number with a leading zero', 'serialNumber', { serial: der(2, Buffer.of(0, 1)) }],
    ['a serial number of no octet', 'serialNumber', { serial: der(2) }],
    ['a serial number of 65 octets', 'serialNumber', { serial: der(2, Buffer.alloc(65, 0x7f)) }],
    ['a time of no time zone', 'validity.notBefore', { validity: from(text(0x17, '260101000000')) }],
    ['a leap second', 'validity.notBefore', { validity: from(text(0x17, '251231235960Z')) }],
    ['hour 24', 'validity.notBefore', { validity: from(text(0x17, '251231240000Z')) }],
    ['a fraction of a minute', 'validity.notBefore', { validity: from(text(0x18, '202601010000.5Z')) }],
    [
      'a third time',
      'validity.notAfter',
      { validity: sequence(...Array.from({ length: 3 }, () => text(0x17, '260101000000Z'))) },
    ],
    ['NULL behind the algorithm inside alone', '', { inner: sequence(oid('1.2.840.10045.4.3.2'), NULL) }],
  ];
  it.each(ambiguous)('signed: %s', (_, member, change) => {
    expect(reason(signed(change))).toBe(member === '' ? 'signatureAlgorithm' : tbs(member));
  });

  it('a flag of another octet than was signed', () => {
    const bytes = signed();
    const at = bytes.indexOf(Buffer.from('0603551d0f0101ff', 'hex')) + 7;
    for (const octet of [0, 1, 0x80]) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(octet, at);
      const certificate = readCertificate(changed);
      expect(certificate && isSignedBy(certificate, publicKey)).toBe(false);
      expect(inOpenSsl(changed)?.verified).toBe(false);
    }
  });
});

it('a root is not pinned if it may not issue others, though it signed itself', () => {
  expect(() => readPinnedRoot(signed())).toThrow(
    'additionalRoots has a certificate that may not issue others',
  );
});

it('a root with an RSA key is pinned if the key has 2048 bits or more', () => {
  const rootOf = (modulusLength: number): Buffer => {
    const keys = generateKeyPairSync('rsa', { modulusLength });
    const algorithm = sequence(oid('1.2.840.113549.1.1.11'), NULL);
    const authority = [
      sequence(oid('2.5.29.19'), TRUE, octets(sequence(TRUE))),
      sequence(oid('2.5.29.15'), TRUE, octets(bits(Buffer.of(0x04), 2))),
    ];
    const spki = keys.publicKey.export({ type: 'spki', format: 'der' });
    const body = bodyOf({ inner: algorithm, spki, extensions: listed(...authority) });
    return sequence(body, algorithm, bits(sign('sha256', body, keys.privateKey)));
  };
  expect(readPinnedRoot(rootOf(2048)).issuer).toEqual(NAME);
  expect(() => readPinnedRoot(rootOf(2040))).toThrow(
    'additionalRoots has an RSA key of less than 2048 bits. Give the certificate of the root itself',
  );
});
