import { randomBytes } from 'node:crypto';
import { newAndroidKeys, named, type Draft } from '../authorities.js';
import { bytes, certificate, chain, draft } from './chain-steps.js';
import { keyUsage } from '../../encode/certificate.js';
import { NULL, oid, sequence } from '../../encode/der.js';
import type { KeyAttestationDefectWith } from './defect.js';
import type { ChainSteps } from '../make-chain.js';

const DAY = 86_400_000;

/** The public key of AOSP's root for keys in software; everyone has its private key. */
const SOFTWARE_ROOT =
  'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE7l1ex+HA220Dpn7mthvsTWpdamguD/9/SQ59dx9EIm29sa/6FsvHrcV30lacqrewLVQBXT5DKyqO107sSHVBpA==';

/** Changes the last octet of the signature, so that it still is one in DER. */
function broken(der: Buffer): Buffer {
  der.writeUInt8(der.readUInt8(der.length - 1) ^ 1, der.length - 1);
  return der;
}

/** Another attestation certificate of the device, which is on the revocation list; its own stays good. */
function revoked(status: 'REVOKED' | 'SUSPENDED'): ChainSteps {
  return {
    drafts: (drafts, { revoke }) =>
      drafts.map((each, index) => {
        const serial = BigInt(`0x${randomBytes(12).toString('hex')}`);
        if (index === 1) revoke(serial, status);
        return index === 1 ? { ...each, fields: { ...each.fields, serial } } : each;
      }),
  };
}

const stranger = () => ({ issuer: newAndroidKeys('P-256').signer });

export const ANDROID_CHAIN_DEFECTS = {
  'no-certificate': {
    code: 'ERR_KEY_ATTESTATION_CHAIN_MALFORMED',
    says: 'an empty list of certificates',
    ...chain(() => []),
  },
  'leaf-alone': {
    code: 'ERR_KEY_ATTESTATION_CHAIN_MALFORMED',
    says: 'the first certificate alone',
    ...chain((all) => all.slice(0, 1)),
  },
  'two-certificates': {
    code: 'ERR_KEY_ATTESTATION_CHAIN_MALFORMED',
    says: 'leaf and attestation certificate alone',
    ...chain((all) => all.slice(0, 2)),
  },
  'fifty-certificates': {
    code: 'ERR_KEY_ATTESTATION_CHAIN_MALFORMED',
    says: 'fifty certificates',
    ...chain((all) => [...all, ...Array<Uint8Array>(50 - all.length).fill(all.at(-1) as Uint8Array)]),
  },
  'certificate-too-large': {
    code: 'ERR_KEY_ATTESTATION_CERTIFICATE_TOO_LARGE',
    says: 'a leaf of more than 100 KiB',
    ...certificate(0, ({ extensions }) => ({
      extensions: [...extensions, { oid: '1.3.6.1.4.1.11129.2.1.99', value: Buffer.alloc(102_400) }],
    })),
  },
  'leaf-truncated': {
    code: 'ERR_KEY_ATTESTATION_CERTIFICATE_MALFORMED',
    says: 'the last octet of the leaf is cut off',
    ...bytes(0, (der) => der.subarray(0, -1)),
  },
  'leaf-trailing-bytes': {
    code: 'ERR_KEY_ATTESTATION_CERTIFICATE_MALFORMED',
    says: 'something follows the leaf',
    ...bytes(0, (der) => Buffer.concat([der, Buffer.of(5, 0)])),
  },
  'certificate-in-pem': {
    code: 'ERR_KEY_ATTESTATION_CERTIFICATE_MALFORMED',
    says: 'the attestation certificate is PEM',
    ...bytes(1, (der) =>
      Buffer.from(`-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`),
    ),
  },
  'attestation-extension-twice': {
    code: 'ERR_KEY_ATTESTATION_CERTIFICATE_MALFORMED',
    says: 'the leaf has the attestation extension twice',
    ...certificate(0, ({ extensions: [first, ...rest] }) => ({
      extensions: first === undefined ? rest : [first, first, ...rest],
    })),
  },
  'wrong-order': {
    code: 'ERR_KEY_ATTESTATION_ISSUER_MISMATCH',
    says: 'the root first and the leaf last',
    ...chain((all) => all.toReversed()),
  },
  'wrong-issuer': {
    code: 'ERR_KEY_ATTESTATION_ISSUER_MISMATCH',
    says: 'the leaf names another issuer than the one whose key signed it',
    ...certificate(0, () => ({ issuer: named(['CN', 'another'], ['O', 'TEE']) })),
  },
  'intermediate-left-out': {
    code: 'ERR_KEY_ATTESTATION_ISSUER_MISMATCH',
    says: 'the certificate below the root is missing',
    ...chain((all) => [...all.slice(0, -2), ...all.slice(-1)]),
  },
  'root-omitted': {
    code: 'ERR_KEY_ATTESTATION_ROOT_MISSING',
    says: 'the chain ends below its root',
    ...chain((all) => all.slice(0, -1)),
  },
  'software-root': {
    code: 'ERR_KEY_ATTESTATION_SOFTWARE_ROOT_INVALID',
    says: 'the root has the key of AOSP’s root for keys in software',
    ...certificate(-1, () => ({ publicKey: Buffer.from(SOFTWARE_ROOT, 'base64') })),
  },
  'forged-keybox': {
    code: 'ERR_KEY_ATTESTATION_ROOT_UNKNOWN',
    says: 'every name is right, and the root is a stranger’s',
    drafts: (drafts) => {
      const { signer, publicKey } = newAndroidKeys('P-256');
      return drafts.map((each, index) => {
        if (index < drafts.length - 2) return each;
        const isRoot = index === drafts.length - 1;
        const fields = isRoot ? { ...each.fields, publicKey } : each.fields;
        return { ...each, fields, issuer: signer, certificate: undefined };
      });
    },
  },
  'root-twice': {
    code: 'ERR_KEY_ATTESTATION_ROOT_REPEATED',
    says: 'the root is there twice',
    ...chain((all) => [...all, ...all.slice(-1)]),
  },
  'root-not-self-signed': {
    code: 'ERR_KEY_ATTESTATION_ROOT_INVALID',
    says: 'the root has the pinned key, and somebody else signed its certificate',
    ...draft(-1, stranger),
  },
  'signature-algorithm': {
    code: 'ERR_KEY_ATTESTATION_SIGNATURE_ALGORITHM_INVALID',
    says: 'the leaf names RSA, and the key that signed it is on a curve',
    ...draft(0, ({ issuer }) => ({
      issuer: { ...issuer, algorithm: sequence(oid('1.2.840.113549.1.1.11'), NULL) },
    })),
  },
  'leaf-signature': {
    code: 'ERR_KEY_ATTESTATION_SIGNATURE_INVALID',
    says: 'the signature of the leaf is changed',
    ...bytes(0, broken),
  },
  'attester-signature': {
    code: 'ERR_KEY_ATTESTATION_SIGNATURE_INVALID',
    says: 'the signature of the attestation certificate is changed',
    ...bytes(1, broken),
  },
  'signed-by-stranger': {
    code: 'ERR_KEY_ATTESTATION_SIGNATURE_INVALID',
    says: 'another key than the attester’s signed the leaf',
    ...draft(0, stranger),
  },
  'forged-attester': {
    code: 'ERR_KEY_ATTESTATION_SIGNATURE_INVALID',
    says: 'a stranger’s key stands in the attestation certificate, and signed the leaf',
    drafts: ([leaf, attester, ...rest]) => {
      const { signer, publicKey } = newAndroidKeys('P-256');
      const [below, above] = [leaf as Draft, attester as Draft];
      const fields = { ...above.fields, publicKey };
      return [{ ...below, issuer: signer }, { ...above, fields, issuer: signer }, ...rest];
    },
  },
  'not-yet-valid': {
    code: 'ERR_KEY_ATTESTATION_NOT_YET_VALID',
    says: 'the attestation certificate is not valid yet',
    ...certificate(1, ({ notBefore }) => ({
      notBefore: notBefore + 1000 * DAY,
      notAfter: notBefore + 2000 * DAY,
    })),
  },
  'attester-expired': {
    code: 'ERR_KEY_ATTESTATION_EXPIRED',
    says: 'the attestation certificate of Google’s servers has expired',
    provisioning: 'rkp',
    ...certificate(1, ({ notBefore }) => ({ notBefore: notBefore - 14 * DAY, notAfter: notBefore - DAY })),
  },
  'intermediate-expired': {
    code: 'ERR_KEY_ATTESTATION_EXPIRED',
    says: 'the certificate of Droid CA3 has expired',
    provisioning: 'rkp',
    ...certificate(2, ({ notBefore }) => ({ notBefore: notBefore - 60 * DAY, notAfter: notBefore - DAY })),
  },
  'not-attested': {
    code: 'ERR_KEY_ATTESTATION_EXTENSION_MISSING',
    says: 'no certificate has the attestation extension',
    ...certificate(0, () => ({ extensions: [keyUsage(0x80, 7)] })),
  },
  'attester-revoked': {
    code: 'ERR_KEY_ATTESTATION_REVOKED',
    says: 'the attestation certificate is on the revocation list',
    needs: 'revocations',
    ...revoked('REVOKED'),
  },
  'attester-suspended': {
    code: 'ERR_KEY_ATTESTATION_REVOKED',
    says: 'the attestation certificate is suspended',
    needs: 'revocations',
    ...revoked('SUSPENDED'),
  },
} as const satisfies Readonly<Record<string, KeyAttestationDefectWith<ChainSteps>>>;
