import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { sha256 } from '../authenticator-data.js';
import {
  basicConstraints,
  keyUsage,
  signCertificate,
  type CertificateFields,
  type Extension,
} from '../../encode/certificate.js';
import type { DefectWith, Step } from './defect.js';
import { integer, NULL, octets, oid, sequence, set, tagged } from '../../encode/der.js';
import { DATA, SHA256, SIGNED_DATA, type ReceiptChain, type ReceiptSteps } from '../make-receipt.js';
import { createAuthorities, RECEIPT_SIGNER_MARK, type Authorities } from '../authorities.js';

const DAY = 86_400_000;
const SHA1 = sequence(oid('1.3.14.3.2.26'), NULL);
const RSA_SHA256 = sequence(oid('1.2.840.113549.1.1.11'), NULL);

type Change = (fields: CertificateFields, now: number) => CertificateFields;

function instead(type: string, ...extensions: readonly Extension[]): Change {
  return (fields) => ({
    ...fields,
    extensions: fields.extensions.flatMap((each) => (each.oid === type ? extensions : [each])),
  });
}

const unknownCritical: Change = (fields) => ({
  ...fields,
  extensions: [...fields.extensions, { oid: '1.2.3.4', critical: true, value: sequence() }],
});

/** Has the authority issue the signer another certificate, for the same key. */
function signer(change: Change): Step<ReceiptSteps, 'chain'> {
  return (authorities, now) => {
    const { receiptCa, receiptRoot, receiptSigner } = authorities;
    const certificate = signCertificate(change(receiptSigner.fields, now), receiptCa.signer);
    return {
      signer: receiptSigner,
      certificates: [certificate, receiptCa.certificate, receiptRoot.certificate],
    };
  };
}

/** Has the root issue the authority another certificate, for the same key. */
function authority(change: Change): Step<ReceiptSteps, 'chain'> {
  return (authorities, now) => {
    const { receiptCa, receiptRoot, receiptSigner } = authorities;
    const certificate = signCertificate(change(receiptCa.fields, now), receiptRoot.signer);
    return {
      signer: receiptSigner,
      certificates: [receiptSigner.certificate, certificate, receiptRoot.certificate],
    };
  };
}

/** A signer under keys that anybody can make, in the right names; the issuer's certificate may be the genuine one. */
function strangers(authorities: Authorities, now: number, issuer: 'genuine' | 'stranger'): ReceiptChain {
  const made = createAuthorities(now);
  const fields = { ...authorities.receiptSigner.fields, publicKey: made.receiptSigner.fields.publicKey };
  const issuerFields = { ...authorities.receiptCa.fields, publicKey: made.receiptCa.fields.publicKey };
  return {
    signer: { ...made.receiptSigner, fields },
    certificates: [
      signCertificate(fields, made.receiptCa.signer),
      issuer === 'genuine'
        ? authorities.receiptCa.certificate
        : signCertificate(issuerFields, made.receiptRoot.signer),
      authorities.receiptRoot.certificate,
    ],
  };
}

export const RECEIPT_DEFECTS = {
  'receipt-oversized': {
    code: 'ERR_APP_ATTEST_RECEIPT_TOO_LARGE',
    says: 'more octets than any receipt has',
    bytes: (bytes) => Buffer.concat([bytes, Buffer.alloc(20_000)]),
  },
  'receipt-empty': {
    code: 'ERR_APP_ATTEST_RECEIPT_MALFORMED',
    says: 'no octets at all',
    bytes: () => Buffer.alloc(0),
  },
  'receipt-truncated': {
    code: 'ERR_APP_ATTEST_RECEIPT_MALFORMED',
    says: 'the last octet is cut off',
    bytes: (bytes) => bytes.subarray(0, -1),
  },
  'receipt-trailing-bytes': {
    code: 'ERR_APP_ATTEST_RECEIPT_MALFORMED',
    says: 'something follows the structure',
    bytes: (bytes) => Buffer.concat([bytes, NULL]),
  },
  'receipt-nested-deep': {
    code: 'ERR_APP_ATTEST_RECEIPT_MALFORMED',
    says: 'sequences of indefinite length nested 4,000 deep',
    bytes: () => Buffer.concat([Buffer.alloc(8000, Buffer.of(0x30, 0x80)), Buffer.alloc(8000)]),
  },
  'receipt-other-content': {
    code: 'ERR_APP_ATTEST_RECEIPT_MALFORMED',
    says: 'a content type that is not the one of signed data',
    signed: (parts) => ({ ...parts, contentType: DATA }),
  },
  'receipt-other-inner-content': {
    code: 'ERR_APP_ATTEST_RECEIPT_MALFORMED',
    says: 'signed data around something that is not data',
    signed: (parts) => ({ ...parts, innerType: SIGNED_DATA }),
  },
  'receipt-other-version': {
    code: 'ERR_APP_ATTEST_RECEIPT_MALFORMED',
    says: 'signed data of another version',
    signed: (parts) => ({ ...parts, version: integer(3) }),
  },
  'receipt-many-certificates': {
    code: 'ERR_APP_ATTEST_RECEIPT_MALFORMED',
    says: 'twelve certificates',
    signed: (parts) => ({ ...parts, certificates: Array.from({ length: 12 }, () => sequence()) }),
  },
  'receipt-no-signer': {
    code: 'ERR_APP_ATTEST_RECEIPT_SIGNERS_INVALID',
    says: 'no signer',
    signed: (parts) => ({ ...parts, signers: [] }),
  },
  'receipt-two-signers': {
    code: 'ERR_APP_ATTEST_RECEIPT_SIGNERS_INVALID',
    says: 'two signatures, both genuine',
    signed: (parts) => ({ ...parts, signers: [...parts.signers, ...parts.signers] }),
  },
  'receipt-signed-attributes': {
    code: 'ERR_APP_ATTEST_RECEIPT_SIGNED_ATTRIBUTES_UNSUPPORTED',
    says: 'the signature is over attributes with the digest of the payload, as in 2020',
    signer: (parts, payload, { signer: { signer: signing } }) => {
      const attributes = [
        sequence(oid('1.2.840.113549.1.9.3'), set(DATA)),
        sequence(oid('1.2.840.113549.1.9.4'), set(octets(sha256(payload)))),
      ];
      return {
        ...parts,
        signedAttributes: tagged(0, ...attributes),
        signature: octets(sign('sha256', set(...attributes), signing.key)),
      };
    },
  },
  'receipt-digests': {
    code: 'ERR_APP_ATTEST_RECEIPT_ALGORITHM_MISMATCH',
    says: 'SHA-1 announced beside SHA-256',
    signed: (parts) => ({ ...parts, digests: set(SHA1, SHA256) }),
  },
  'receipt-digest': {
    code: 'ERR_APP_ATTEST_RECEIPT_ALGORITHM_MISMATCH',
    says: 'a signer that names SHA-1',
    signer: (parts) => ({ ...parts, digest: SHA1 }),
  },
  'receipt-algorithm': {
    code: 'ERR_APP_ATTEST_RECEIPT_ALGORITHM_MISMATCH',
    says: 'a signer that names RSA',
    signer: (parts) => ({ ...parts, algorithm: RSA_SHA256 }),
  },
  'receipt-signer-unknown': {
    code: 'ERR_APP_ATTEST_RECEIPT_SIGNER_MISSING',
    says: 'no certificate has the serial number that the signer names',
    signer: (parts, _, { signer: { fields } }) => ({
      ...parts,
      issuerAndSerial: sequence(fields.issuer, integer(fields.serial + 1n)),
    }),
  },
  'receipt-no-certificates': {
    code: 'ERR_APP_ATTEST_RECEIPT_SIGNER_MISSING',
    says: 'no certificates',
    signed: (parts) => ({ ...parts, certificates: [] }),
  },
  'receipt-repeated-signer': {
    code: 'ERR_APP_ATTEST_RECEIPT_SIGNER_MISSING',
    says: 'the certificate of the signer twice',
    signed: (parts) => ({ ...parts, certificates: [...parts.certificates, ...parts.certificates] }),
  },
  'receipt-signer-unreadable': {
    code: 'ERR_APP_ATTEST_RECEIPT_SIGNER_MISSING',
    says: 'the certificate of the signer is not one',
    signed: ({ certificates: [, ...rest], ...parts }) => ({
      ...parts,
      certificates: [sequence(), ...rest],
    }),
  },
  'receipt-signature': {
    code: 'ERR_APP_ATTEST_RECEIPT_SIGNATURE_INVALID',
    says: 'signed with a key of a stranger',
    signature: (payload) => sign('sha256', payload, strangersKey()),
  },
  'receipt-changed-payload': {
    code: 'ERR_APP_ATTEST_RECEIPT_SIGNATURE_INVALID',
    says: 'a digit of the expiration time was changed after signing',
    signed: (parts) => {
      const content = Buffer.from(parts.content);
      content.writeUInt8(content.readUInt8(content.length - 2) ^ 1, content.length - 2);
      return { ...parts, content };
    },
  },
  'receipt-empty-signature': {
    code: 'ERR_APP_ATTEST_RECEIPT_SIGNATURE_INVALID',
    says: 'a signature of no octets',
    signature: () => Buffer.alloc(0),
  },
  'receipt-no-mark': {
    code: 'ERR_APP_ATTEST_RECEIPT_SIGNER_MARK_MISSING',
    says: 'a signer that is not marked as one for receipts',
    chain: signer(instead(RECEIPT_SIGNER_MARK.oid)),
  },
  'receipt-signer-usage': {
    code: 'ERR_APP_ATTEST_RECEIPT_SIGNER_USAGE_INVALID',
    says: 'a signer whose key may not sign',
    chain: signer(instead('2.5.29.15', keyUsage(0x20, 5))),
  },
  'receipt-signer-authority': {
    code: 'ERR_APP_ATTEST_RECEIPT_SIGNER_USAGE_INVALID',
    says: 'a signer that may issue certificates',
    chain: signer(instead('2.5.29.19', basicConstraints(true))),
  },
  'receipt-no-issuer': {
    code: 'ERR_APP_ATTEST_RECEIPT_ISSUER_MISSING',
    says: 'the certificate of the signer alone',
    chain: ({ receiptSigner }) => ({ signer: receiptSigner, certificates: [receiptSigner.certificate] }),
  },
  'receipt-issuer-no-authority': {
    code: 'ERR_APP_ATTEST_RECEIPT_ISSUER_INVALID',
    says: 'an issuer that may not issue certificates',
    chain: authority(instead('2.5.29.19', basicConstraints(false))),
  },
  'receipt-signer-untrusted': {
    code: 'ERR_APP_ATTEST_RECEIPT_SIGNER_SIGNATURE_INVALID',
    says: 'a signer that names the issuer and is not signed by it',
    chain: (authorities, now) => strangers(authorities, now, 'genuine'),
  },
  'receipt-self-made-root': {
    code: 'ERR_APP_ATTEST_RECEIPT_ROOT_UNKNOWN',
    says: 'a chain to a root that anybody can make, in the right names',
    chain: (authorities, now) => strangers(authorities, now, 'stranger'),
  },
  'receipt-attestation-chain': {
    code: 'ERR_APP_ATTEST_RECEIPT_ROOT_UNKNOWN',
    says: 'a signer under the root of attestations',
    chain: ({ attestationRoot, receiptCa, receiptSigner }) => {
      const issuer = { ...receiptCa.fields, issuer: attestationRoot.fields.subject };
      return {
        signer: receiptSigner,
        certificates: [receiptSigner.certificate, signCertificate(issuer, attestationRoot.signer)],
      };
    },
  },
  'receipt-signer-critical': {
    code: 'ERR_APP_ATTEST_RECEIPT_CHAIN_CRITICAL_UNSUPPORTED',
    says: 'an unknown critical extension in the certificate of the signer',
    chain: signer(unknownCritical),
  },
  'receipt-signer-expired': {
    code: 'ERR_APP_ATTEST_RECEIPT_CHAIN_EXPIRED',
    says: 'the certificate of the signer had expired when the receipt was made',
    chain: signer((fields, now) => ({ ...fields, notAfter: now - DAY })),
  },
  'receipt-signer-not-yet-valid': {
    code: 'ERR_APP_ATTEST_RECEIPT_CHAIN_EXPIRED',
    says: 'the certificate of the signer was not valid yet when the receipt was made',
    chain: signer((fields, now) => ({ ...fields, notBefore: now + DAY })),
  },
  'receipt-issuer-expired': {
    code: 'ERR_APP_ATTEST_RECEIPT_CHAIN_EXPIRED',
    says: 'the certificate of the issuer had expired when the receipt was made',
    chain: authority((fields, now) => ({ ...fields, notAfter: now - DAY })),
  },
} as const satisfies Record<string, DefectWith<ReceiptSteps>>;

function strangersKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}
