import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import {
  basicConstraints,
  keyUsage,
  name,
  pointOf,
  signCertificate,
  spki,
  subjectKeyIdentifier,
  type CertificateFields,
  type CertificateSigner,
  type Extension,
} from '../encode/certificate.js';
import { der, NULL, oid, sequence, tagged, utf8 } from '../encode/der.js';

/** One that issues certificates, or signs receipts: its own certificate and what it signs with. */
export interface Authority {
  readonly fields: CertificateFields;
  /** DER. */
  readonly certificate: Uint8Array;
  readonly signer: CertificateSigner;
}

/** Everything of Apple's that App Attest rests on, with keys of its own. */
export interface Authorities {
  /** Like Apple App Attestation Root CA. */
  readonly attestationRoot: Authority;
  /** Like Apple App Attestation CA 1. */
  readonly attestationCa: Authority;
  /** Like Apple Root CA - G3. */
  readonly receiptRoot: Authority;
  /** Like Apple Application Integration CA 5 - G1. */
  readonly receiptCa: Authority;
  /** Like Application Attestation Fraud Receipt Signing. */
  readonly receiptSigner: Authority;
}

const DAY = 86_400_000;
const YEAR = 365.25 * DAY;
const OWNER = [
  ['O', 'Virtual Inc.'],
  ['ST', 'California'],
] as const;
const DIVISION = [
  ['OU', 'Virtual Certification Authority'],
  ['O', 'Virtual Inc.'],
  ['C', 'US'],
] as const;
const CA_USAGE = keyUsage(0x06, 1);

/** Marks a certificate that signs receipts. */
export const RECEIPT_SIGNER_MARK: Extension = { oid: '1.2.840.113635.100.12.15', value: NULL };

/** Makes all authorities, valid for years before and after `now`, as Apple's were in 2026. */
export function createAuthorities(now: number): Authorities {
  const [attestationRoot, attestationCa] = attestationChain(now);
  const [receiptRoot, receiptCa, receiptSigner] = receiptChain(now);
  return { attestationRoot, attestationCa, receiptRoot, receiptCa, receiptSigner };
}

function attestationChain(now: number): [Authority, Authority] {
  const rootKeys = newKeys('P-384');
  const rootName = name(['CN', 'Virtual App Attestation Root CA'], ...OWNER);
  const root = authority(rootKeys, {
    serial: serial(16),
    issuer: rootName,
    subject: rootName,
    notBefore: now - 6 * YEAR,
    notAfter: now + 18 * YEAR,
    extensions: [basicConstraints(true), subjectKeyIdentifier(rootKeys.id), CA_USAGE],
  });
  const keys = newKeys('P-384');
  const ca = authority(
    keys,
    {
      serial: serial(16),
      issuer: rootName,
      subject: name(['CN', 'Virtual App Attestation CA 1'], ...OWNER),
      notBefore: now - 6 * YEAR,
      notAfter: now + 4 * YEAR,
      extensions: [
        basicConstraints(true, 0),
        authorityKeyIdentifier(rootKeys.id),
        subjectKeyIdentifier(keys.id),
        CA_USAGE,
      ],
    },
    root,
  );
  // From here on it signs leaves, which Apple has it do with SHA-256.
  return [root, { ...ca, signer: { ...ca.signer, hash: 'sha256' } }];
}

function receiptChain(now: number): [Authority, Authority, Authority] {
  const rootKeys = newKeys('P-384');
  const rootName = name(['CN', 'Virtual Root CA - G3'], ...DIVISION);
  const root = authority(rootKeys, {
    serial: serial(8),
    issuer: rootName,
    subject: rootName,
    notBefore: now - 12 * YEAR,
    notAfter: now + 13 * YEAR,
    extensions: [subjectKeyIdentifier(rootKeys.id), basicConstraints(true), CA_USAGE],
  });
  const caKeys = newKeys('P-256');
  const caFields = {
    serial: serial(16),
    issuer: rootName,
    subject: name(['CN', 'Virtual Application Integration CA 5 - G1'], ...DIVISION),
    notBefore: now - 7 * YEAR,
    notAfter: now + 8 * YEAR,
    extensions: [
      basicConstraints(true),
      authorityKeyIdentifier(rootKeys.id),
      onlineStatus('http://ocsp.example/virtual-root'),
      revocationList('http://crl.example/virtual-root.crl'),
      subjectKeyIdentifier(caKeys.id),
      CA_USAGE,
      { oid: '1.2.840.113635.100.6.2.3', value: NULL },
    ],
  };
  const ca = authority(caKeys, caFields, root);
  const keys = newKeys('P-256');
  const signerFields = {
    serial: serial(16),
    issuer: caFields.subject,
    subject: name(['CN', 'Virtual Attestation Fraud Receipt Signing'], ['O', 'Virtual Inc.'], ['C', 'US']),
    notBefore: now - 196 * DAY,
    notAfter: now + 198 * DAY,
    extensions: [
      basicConstraints(false),
      authorityKeyIdentifier(caKeys.id),
      onlineStatus('http://ocsp.example/virtual-ca'),
      policies(),
      subjectKeyIdentifier(keys.id),
      keyUsage(0x80, 7),
      RECEIPT_SIGNER_MARK,
    ],
  };
  return [root, ca, authority(keys, signerFields, ca)];
}

interface Keys {
  readonly signer: CertificateSigner;
  readonly publicKey: Uint8Array;
  /** Method 1 of RFC 5280 §4.2.1.2: SHA-1 of the point. */
  readonly id: Uint8Array;
}

export function newKeys(namedCurve: 'P-256' | 'P-384'): Keys {
  const { privateKey: key } = generateKeyPairSync('ec', { namedCurve });
  const publicKey = spki(key);
  const id = createHash('sha1').update(pointOf(publicKey)).digest();
  return { signer: { key, hash: namedCurve === 'P-256' ? 'sha256' : 'sha384' }, publicKey, id };
}

/** An authority of these keys; without an issuer it signs its own certificate. */
export function authority(
  { signer, publicKey }: Omit<Keys, 'id'>,
  rest: Omit<CertificateFields, 'publicKey'>,
  issuer?: Authority,
): Authority {
  const fields = { ...rest, publicKey };
  return { fields, certificate: signCertificate(fields, issuer?.signer ?? signer), signer };
}

/** Random, of this many octets, the first neither 0 nor negative. */
function serial(length: number): bigint {
  const bytes = randomBytes(length);
  bytes.writeUInt8((bytes.readUInt8() & 0x7f) | 0x40);
  return BigInt(`0x${bytes.toString('hex')}`);
}

function authorityKeyIdentifier(id: Uint8Array): Extension {
  return { oid: '2.5.29.35', value: sequence(der(0x80, id)) };
}

function onlineStatus(url: string): Extension {
  return { oid: '1.3.6.1.5.5.7.1.1', value: sequence(sequence(oid('1.3.6.1.5.5.7.48.1'), uri(url))) };
}

function revocationList(url: string): Extension {
  return { oid: '2.5.29.31', value: sequence(sequence(tagged(0, tagged(0, uri(url))))) };
}

function policies(): Extension {
  const notice = utf8('This certificate was made for a test. It says nothing about any device.');
  const qualifiers = sequence(
    sequence(oid('1.3.6.1.5.5.7.2.2'), sequence(notice)),
    sequence(oid('1.3.6.1.5.5.7.2.1'), der(0x16, Buffer.from('http://ca.example/virtual'))),
  );
  return { oid: '2.5.29.32', value: sequence(sequence(oid('1.2.840.113635.100.5.1'), qualifiers)) };
}

/** GeneralName of the kind uniformResourceIdentifier (RFC 5280 §4.2.1.6). */
function uri(url: string): Buffer {
  return der(0x86, Buffer.from(url));
}
