import { describe, expect, it } from 'vitest';
import {
  EXTENSION,
  hasOnlyCritical,
  isAuthority,
  isEndEntity,
  isIssuedBy,
  isValidAt,
  KEY_USAGE,
  keyUsageOf,
  purposesOf,
} from '../../src/kernel/asn1/x509-path.js';
import type { Certificate } from '../../src/kernel/asn1/x509.js';

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

/** As RFC 5280 §4.2.1 has them. */
const OIDS: Readonly<Record<string, string>> = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
};

/** A certificate with these extensions, in hexadecimal; a name that ends in `!` is critical. */
function certificate(extensions: Record<string, string>, names: Partial<Certificate> = {}): Certificate {
  const none = Buffer.alloc(0);
  const listed = Object.entries(extensions).map(([name, value]) => {
    const critical = name.endsWith('!');
    const key = name.replace('!', '');
    return [OIDS[key] ?? key, { critical, value: bytes(value) }] as const;
  });
  return {
    der: none,
    tbs: none,
    serial: none,
    issuer: none,
    subject: none,
    notBefore: 1000,
    notAfter: 2000,
    spki: none,
    extensions: new Map(listed),
    algorithm: '',
    signature: none,
    ...names,
  };
}

const CA = { basicConstraints: '3003 0101ff', keyUsage: '03020106' };
const PATH_0 = { ...CA, basicConstraints: '3006 0101ff 020100' };

describe('an authority', () => {
  it('says so, and may sign certificates', () => {
    expect(isAuthority(certificate(CA), 0)).toBe(true);
    expect(isAuthority(certificate(CA), 100)).toBe(true);
    expect(isAuthority(certificate(PATH_0), 0)).toBe(true);
    expect(isAuthority(certificate({ ...CA, basicConstraints: '3006 0101ff 020102' }), 2)).toBe(true);
    // What is not DER, and means one thing: TRUE as 01, a length that is longer than needed.
    expect(isAuthority(certificate({ ...CA, basicConstraints: '3003 010101' }), 0)).toBe(true);
    expect(isAuthority(certificate({ ...CA, basicConstraints: '308103 0101ff' }), 0)).toBe(true);
  });

  it.each<[string, Record<string, string>, number]>([
    ['without basic constraints', { keyUsage: CA.keyUsage }, 0],
    ['with empty basic constraints', { ...CA, basicConstraints: '3000' }, 0],
    ['with FALSE', { ...CA, basicConstraints: '3003 010100' }, 0],
    ['with TRUE in two octets', { ...CA, basicConstraints: '3004 0102ffff' }, 0],
    ['with FALSE and a path length', { ...CA, basicConstraints: '3006 010100 020100' }, 0],
    ['with a path length alone', { ...CA, basicConstraints: '3003 020100' }, 0],
    ['with a path length below zero', { ...CA, basicConstraints: '3006 0101ff 0201ff' }, 0],
    ['with a path length that is no number', { ...CA, basicConstraints: '3006 0101ff 0101ff' }, 0],
    ['with a third part', { ...CA, basicConstraints: '3009 0101ff 020100 020100' }, 0],
    ['with bytes after the constraints', { ...CA, basicConstraints: '3003 0101ff 00' }, 0],
    ['that may not have another below it', PATH_0, 1],
    ['without key usage', { basicConstraints: CA.basicConstraints }, 0],
    ['that may sign revocation lists alone', { ...CA, keyUsage: '03020102' }, 0],
    ['with key usage that cannot be read', { ...CA, keyUsage: '0302ff06' }, 0],
  ])('is none %s', (_, extensions, below) => {
    expect(isAuthority(certificate(extensions), below)).toBe(false);
  });
});

describe('an end entity', () => {
  it('says that it is no authority, or says nothing', () => {
    expect(isEndEntity(certificate({}))).toBe(true);
    expect(isEndEntity(certificate({ basicConstraints: '3000' }))).toBe(true);
    expect(isEndEntity(certificate({ basicConstraints: '3003010100' }))).toBe(true);
  });

  it.each(['30030101ff', '3003010101', '3006010100020100', '300401020000', '0400', '', '3003020100'])(
    'is none with constraints %s',
    (constraints) => {
      expect(isEndEntity(certificate({ basicConstraints: constraints }))).toBe(false);
    },
  );
});

describe('an issuer', () => {
  const name = bytes('3000');
  const leaf = certificate({ authorityKeyIdentifier: '3004 8002 abcd' }, { issuer: name });
  const issuer = (keyId?: string): Certificate =>
    certificate(keyId === undefined ? {} : { subjectKeyIdentifier: keyId }, { subject: name });

  it('has the name, and the key identifier where both have one', () => {
    expect(isIssuedBy(leaf, issuer('0402 abcd'))).toBe(true);
    expect(isIssuedBy(leaf, issuer())).toBe(true);
    expect(isIssuedBy(certificate({}, { issuer: name }), issuer('0402 abcd'))).toBe(true);
  });

  it('is another one where either differs, or cannot be read', () => {
    expect(isIssuedBy({ ...leaf, issuer: bytes('3002 3100') }, issuer('0402 abcd'))).toBe(false);
    expect(isIssuedBy(leaf, issuer('0402 abce'))).toBe(false);
    expect(isIssuedBy(leaf, issuer('0401 ab'))).toBe(false);
    expect(isIssuedBy(leaf, issuer('0302 abcd'))).toBe(false);
    const serial = certificate({ authorityKeyIdentifier: '3004 8202 abcd' }, { issuer: name });
    expect(isIssuedBy(serial, issuer('0402 abcd'))).toBe(false);
    const constructed = certificate({ authorityKeyIdentifier: '3004 a002 abcd' }, { issuer: name });
    expect(isIssuedBy(constructed, issuer('0402 abcd'))).toBe(false);
    const unreadable = certificate({ authorityKeyIdentifier: '8002 abcd' }, { issuer: name });
    expect(isIssuedBy(unreadable, issuer('0402 abcd'))).toBe(false);
  });
});

describe('other rules', () => {
  it('validity includes both ends', () => {
    expect([999, 1000, 2000, 2001, Number.NaN].map((now) => isValidAt(certificate({}), now))).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]);
  });

  it('a critical extension has to be understood, another one not', () => {
    expect(hasOnlyCritical(certificate({ '1.2.3': '' }), [])).toBe(true);
    expect(hasOnlyCritical(certificate({ '1.2.3!': '' }), [])).toBe(false);
    expect(hasOnlyCritical(certificate({ '1.2.3!': '', 'keyUsage!': '' }), [EXTENSION.keyUsage])).toBe(false);
    expect(hasOnlyCritical(certificate({ '1.2.3!': '' }), ['1.2.3'])).toBe(true);
  });

  it('key usage is its bits, purposes are object identifiers', () => {
    expect(keyUsageOf(certificate({ keyUsage: '03020780' }))?.has(KEY_USAGE.digitalSignature)).toBe(true);
    expect(keyUsageOf(certificate({}))).toBeUndefined();
    expect(purposesOf(certificate({}))).toEqual([]);
    expect(purposesOf(certificate({ extendedKeyUsage: '3004 06022a03' }))).toEqual(['1.2.3']);
    expect(purposesOf(certificate({ extendedKeyUsage: '3000' }))).toBeUndefined();
    expect(purposesOf(certificate({ extendedKeyUsage: '3007 06022a03 020101' }))).toBeUndefined();
    expect(purposesOf(certificate({ extendedKeyUsage: '06022a03' }))).toBeUndefined();
  });
});
