import { generateKeyPairSync } from 'node:crypto';
import {
  basicConstraints,
  keyUsage,
  name,
  signCertificate,
  spki,
  type CertificateFields,
  type Extension,
} from '../../encode/certificate.js';
import type { DefectWith, Step } from './defect.js';
import { der, integer, octets, oid, sequence } from '../../encode/der.js';
import { ACL_OID, aclExtension, NONCE_OID, nonceExtension, OS_OID } from '../leaf-certificate.js';
import type { AttestationSteps } from '../make-attestation.js';
import { createAuthorities, type Authorities } from '../authorities.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const BASIC_CONSTRAINTS = '2.5.29.19';
const KEY_USAGE = '2.5.29.15';

/** Puts an extension instead of the one of that type, or several, or none. */
function extension(type: string, ...instead: readonly Extension[]) {
  return (fields: CertificateFields): CertificateFields => ({
    ...fields,
    extensions: fields.extensions.flatMap((each) => (each.oid === type ? instead : [each])),
  });
}

function more(added: Extension) {
  return (fields: CertificateFields): CertificateFields => ({
    ...fields,
    extensions: [...fields.extensions, added],
  });
}

/** Has the root issue another intermediate certificate of the same key. */
function intermediate(
  change: (fields: CertificateFields, leaf: CertificateFields) => CertificateFields,
): Step<AttestationSteps, 'chain'> {
  return ([certificate = Buffer.alloc(0)], leaf, { attestationRoot, attestationCa }) => [
    certificate,
    signCertificate(change(attestationCa.fields, leaf), attestationRoot.signer),
  ];
}

/** Changes the last octet of the signature, so that it still is one in DER. */
function broken(certificate: Uint8Array): Uint8Array {
  const changed = Buffer.from(certificate);
  changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1);
  return changed;
}

/** The same chain with Apple's names, under keys that anybody can make. */
function strangersChain(leaf: CertificateFields, now: number, { attestationCa }: Authorities): Uint8Array[] {
  const strangers = createAuthorities(now);
  const fields = { ...attestationCa.fields, publicKey: strangers.attestationCa.fields.publicKey };
  return [
    signCertificate(leaf, strangers.attestationCa.signer),
    signCertificate(fields, strangers.attestationRoot.signer),
  ];
}

export const CHAIN_DEFECTS = {
  'no-certificate': {
    code: 'ERR_APP_ATTEST_CHAIN_MALFORMED',
    says: 'an empty list of certificates',
    object: (object) => ({ ...object, chain: [] }),
  },
  'leaf-alone': {
    code: 'ERR_APP_ATTEST_CHAIN_MALFORMED',
    says: 'the first certificate alone',
    chain: ([leaf = Buffer.alloc(0)]) => [leaf],
  },
  'root-included': {
    code: 'ERR_APP_ATTEST_CHAIN_MALFORMED',
    says: 'the root beside the two certificates',
    chain: (chain, _, { attestationRoot }) => [...chain, attestationRoot.certificate],
  },
  'certificate-as-text': {
    code: 'ERR_APP_ATTEST_CERTIFICATE_MALFORMED',
    says: 'a certificate that is text',
    object: (object) => ({ ...object, chain: [object.chain[0] ?? 0, 'MIICQzCCAcigAwIBAgIQ'] }),
  },
  'leaf-truncated': {
    code: 'ERR_APP_ATTEST_CERTIFICATE_MALFORMED',
    says: 'the last octet of the first certificate is cut off',
    chain: ([leaf = Buffer.alloc(0), ...rest]) => [leaf.subarray(0, -1), ...rest],
  },
  'leaf-trailing-bytes': {
    code: 'ERR_APP_ATTEST_CERTIFICATE_MALFORMED',
    says: 'something follows the first certificate',
    chain: ([leaf = Buffer.alloc(0), ...rest]) => [Buffer.concat([leaf, Buffer.of(5, 0)]), ...rest],
  },
  'intermediate-trailing-bytes': {
    code: 'ERR_APP_ATTEST_CERTIFICATE_MALFORMED',
    says: 'something follows the second certificate',
    chain: ([leaf = Buffer.alloc(0), ca = leaf]) => [leaf, Buffer.concat([ca, Buffer.of(5, 0)])],
  },
  'repeated-nonce-extension': {
    code: 'ERR_APP_ATTEST_CERTIFICATE_MALFORMED',
    says: 'two nonces, the second one genuine',
    leaf: (fields) => ({
      ...fields,
      extensions: [nonceExtension(octets(Buffer.alloc(32))), ...fields.extensions],
    }),
  },
  'other-curve': {
    code: 'ERR_APP_ATTEST_KEY_MALFORMED',
    says: 'a certificate for a key on P-384',
    leaf: (fields) => ({
      ...fields,
      publicKey: spki(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey),
    }),
  },
  'self-made-root': {
    code: 'ERR_APP_ATTEST_ROOT_UNKNOWN',
    says: 'a chain to a root that anybody can make, in the right names',
    chain: (_, leaf, authorities) => strangersChain(leaf, leaf.notBefore + DAY, authorities),
  },
  'chain-reversed': {
    code: 'ERR_APP_ATTEST_KEY_MALFORMED',
    says: 'the second certificate before the first',
    object: (object) => ({ ...object, chain: object.chain.toReversed() }),
  },
  'leaf-twice': {
    code: 'ERR_APP_ATTEST_ROOT_UNKNOWN',
    says: 'the first certificate instead of the second too',
    chain: ([leaf = Buffer.alloc(0)]) => [leaf, leaf],
  },
  'root-as-intermediate': {
    code: 'ERR_APP_ATTEST_ISSUER_MISMATCH',
    says: 'the root instead of the second certificate',
    chain: ([leaf = Buffer.alloc(0)], _, { attestationRoot }) => [leaf, attestationRoot.certificate],
  },
  'leaf-by-root': {
    code: 'ERR_APP_ATTEST_ISSUER_MISMATCH',
    says: 'a first certificate that the root issued itself',
    chain: ([, ca = Buffer.alloc(0)], leaf, { attestationRoot: { fields, signer } }) => [
      signCertificate({ ...leaf, issuer: fields.subject }, signer),
      ca,
    ],
  },
  'intermediate-signature': {
    code: 'ERR_APP_ATTEST_ROOT_UNKNOWN',
    says: 'the signature of the second certificate is broken',
    chain: ([leaf = Buffer.alloc(0), ca = leaf]) => [leaf, broken(ca)],
  },
  'intermediate-other-authority': {
    code: 'ERR_APP_ATTEST_ROOT_UNKNOWN',
    says: 'a second certificate that names another issuing key',
    chain: intermediate(
      extension('2.5.29.35', { oid: '2.5.29.35', value: sequence(der(0x80, Buffer.alloc(20))) }),
    ),
  },
  'intermediate-no-authority': {
    code: 'ERR_APP_ATTEST_INTERMEDIATE_INVALID',
    says: 'a second certificate that may not issue certificates',
    chain: intermediate(extension(BASIC_CONSTRAINTS, basicConstraints(false))),
  },
  'intermediate-usage': {
    code: 'ERR_APP_ATTEST_INTERMEDIATE_INVALID',
    says: 'a second certificate with a key that may sign revocation lists only',
    chain: intermediate(extension(KEY_USAGE, keyUsage(0x02, 1))),
  },
  'intermediate-critical-extension': {
    code: 'ERR_APP_ATTEST_INTERMEDIATE_INVALID',
    says: 'an unknown critical extension in the second certificate',
    chain: intermediate(more({ oid: '1.2.3.4', critical: true, value: sequence() })),
  },
  'leaf-other-issuer': {
    code: 'ERR_APP_ATTEST_ISSUER_MISMATCH',
    says: 'a first certificate that names another issuer',
    leaf: (fields) => ({ ...fields, issuer: name(['CN', 'Virtual App Attestation CA 2']) }),
  },
  'leaf-signature': {
    code: 'ERR_APP_ATTEST_LEAF_SIGNATURE_INVALID',
    says: 'the signature of the first certificate is broken',
    chain: ([leaf = Buffer.alloc(0), ...rest]) => [broken(leaf), ...rest],
  },
  'leaf-authority': {
    code: 'ERR_APP_ATTEST_LEAF_INVALID',
    says: 'a first certificate that may issue certificates',
    leaf: extension(BASIC_CONSTRAINTS, basicConstraints(true)),
  },
  'leaf-usage': {
    code: 'ERR_APP_ATTEST_LEAF_INVALID',
    says: 'a first certificate with a key that may not sign',
    leaf: extension(KEY_USAGE, keyUsage(0x20, 5)),
  },
  'leaf-purpose': {
    code: 'ERR_APP_ATTEST_LEAF_INVALID',
    says: 'a first certificate for the purpose of a web server',
    leaf: (fields) =>
      more({ oid: '2.5.29.37', value: sequence(oid('1.3.6.1.5.5.7.3.1')) })(extension('2.5.29.37')(fields)),
  },
  'leaf-critical-extension': {
    code: 'ERR_APP_ATTEST_LEAF_INVALID',
    says: 'an unknown critical extension in the first certificate',
    leaf: more({ oid: '1.2.3.4', critical: true, value: sequence() }),
  },
  'leaf-expired': {
    code: 'ERR_APP_ATTEST_CERTIFICATE_EXPIRED',
    says: 'the first certificate expired a second ago',
    leaf: (fields) => ({ ...fields, notAfter: fields.notBefore + DAY - 1000 }),
  },
  'leaf-not-yet-valid': {
    code: 'ERR_APP_ATTEST_CERTIFICATE_NOT_YET_VALID',
    says: 'the first certificate is valid from an hour on',
    leaf: (fields) => ({ ...fields, notBefore: fields.notBefore + DAY + HOUR }),
  },
  'intermediate-expired': {
    code: 'ERR_APP_ATTEST_CERTIFICATE_EXPIRED',
    says: 'the second certificate expired before the first was issued',
    chain: intermediate((fields, leaf) => ({ ...fields, notAfter: leaf.notBefore })),
  },
  'intermediate-not-yet-valid': {
    code: 'ERR_APP_ATTEST_CERTIFICATE_NOT_YET_VALID',
    says: 'the second certificate is valid from an hour on',
    chain: intermediate((fields, leaf) => ({ ...fields, notBefore: leaf.notBefore + DAY + HOUR })),
  },
  'no-nonce-extension': {
    code: 'ERR_APP_ATTEST_NONCE_MISSING',
    says: 'a first certificate without a nonce',
    leaf: extension(NONCE_OID),
  },
  'nonce-short': {
    code: 'ERR_APP_ATTEST_NONCE_MISSING',
    says: 'a nonce of 31 octets',
    nonce: (nonce) => nonce.subarray(0, 31),
  },
  'nonce-not-octets': {
    code: 'ERR_APP_ATTEST_NONCE_MISSING',
    says: 'a number instead of the nonce',
    leaf: extension(NONCE_OID, nonceExtension(integer(5))),
  },
  'nonce-twice': {
    code: 'ERR_APP_ATTEST_NONCE_MISSING',
    says: 'a second nonce in the same extension',
    leaf: extension(NONCE_OID, nonceExtension(octets(Buffer.alloc(32)), octets(Buffer.alloc(32)))),
  },
  'os-extension': {
    code: 'ERR_APP_ATTEST_OS_EXTENSION_INVALID',
    says: 'the system is described by something that is not a sequence',
    leaf: extension(OS_OID, { oid: OS_OID, value: octets('27.0') }),
  },
  'mac-policy': {
    code: 'ERR_APP_ATTEST_MACOS_POLICY_MISMATCH',
    says: 'a Mac whose key has the access policy of a phone',
    contents: (contents) => ({ ...contents, device: { ...contents.device, platform: 'macos' } }),
    leaf: extension(ACL_OID, { oid: ACL_OID, value: aclExtension('ios') }),
  },
  'no-mac-policy': {
    code: 'ERR_APP_ATTEST_MACOS_POLICY_MISMATCH',
    says: 'a Mac whose key has no access policy',
    // Before 18 the platform is not named, and it is the policy that tells a Mac.
    contents: (contents) => ({
      ...contents,
      device: { ...contents.device, platform: 'macos', osVersion: '27.0' },
    }),
    leaf: extension(ACL_OID),
  },
  'old-system': {
    code: 'ERR_APP_ATTEST_OS_VERSION_DENIED',
    says: 'a phone with iOS 14.0',
    needs: 'minimumOs',
    contents: (contents) => ({ ...contents, device: { ...contents.device, osVersion: '14.0' } }),
  },
  'issued-in-future': {
    code: 'ERR_APP_ATTEST_NOT_YET_VALID',
    says: 'issued an hour from now',
    needs: 'maxAgeSeconds',
    leaf: (fields) => ({ ...fields, notBefore: fields.notBefore + HOUR }),
  },
  'issued-long-ago': {
    code: 'ERR_APP_ATTEST_TOO_OLD',
    says: 'issued a day and a half ago, with certificates that are valid still',
    needs: 'maxAgeSeconds',
    leaf: (fields) => ({ ...fields, notBefore: fields.notBefore - 1.5 * DAY }),
  },
} as const satisfies Record<string, DefectWith<AttestationSteps>>;
