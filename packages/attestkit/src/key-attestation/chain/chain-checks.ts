import { freezeJson } from '../../kernel/bytes/json.js';
import type { CheckDef } from '../../ports/checks.js';

/** Android, "Verify hardware-backed key pairs with key attestation". */
const GUIDE = 'Android, Key and ID attestation';

/** Checks of the body's field, before there is a chain to verify. */
export const FIELD_CHECKS = freezeJson({
  present: {
    name: 'certificate chain present',
    code: 'ERR_KEY_ATTESTATION_MISSING',
    stage: 'missing',
    says: 'the request has no certificate chain',
    spec: GUIDE,
  },
  encoding: {
    name: 'certificate chain in base64',
    code: 'ERR_KEY_ATTESTATION_ENCODING_MALFORMED',
    stage: 'malformed',
    says: 'a certificate of the chain is not base64 or base64url of DER',
    spec: 'RFC 4648 §3.5, §4, §5',
  },
} as const satisfies Record<string, CheckDef>);

/** Checks of a certificate chain, in the order of verification. */
export const CHAIN_CHECKS = freezeJson({
  length: {
    name: 'three to ten certificates',
    code: 'ERR_KEY_ATTESTATION_CHAIN_MALFORMED',
    stage: 'malformed',
    says: 'the chain does not have 3 to 10 certificates',
    spec: 'attestkit, limits',
  },
  size: {
    name: 'certificate size',
    code: 'ERR_KEY_ATTESTATION_CERTIFICATE_TOO_LARGE',
    stage: 'malformed',
    says: 'a certificate of the chain is longer than 16 KiB',
    spec: 'attestkit, limits',
  },
  certificates: {
    name: 'certificates in DER',
    code: 'ERR_KEY_ATTESTATION_CERTIFICATE_MALFORMED',
    stage: 'malformed',
    says: 'a certificate of the chain is not X.509 version 3 in DER, or has an extension twice',
    spec: 'RFC 5280 §4.1, §4.2',
  },
  names: {
    name: 'names chain',
    code: 'ERR_KEY_ATTESTATION_ISSUER_MISMATCH',
    stage: 'untrusted',
    says: 'a certificate does not name the next one of the chain as its issuer',
    spec: 'RFC 5280 §6.1.3',
  },
  rootPresent: {
    name: 'root in the chain',
    code: 'ERR_KEY_ATTESTATION_ROOT_MISSING',
    stage: 'untrusted',
    says: 'the chain does not end with a root certificate',
    spec: `${GUIDE}, step 2`,
  },
  softwareRoot: {
    name: 'root not for software keys',
    code: 'ERR_KEY_ATTESTATION_SOFTWARE_ROOT_INVALID',
    stage: 'untrusted',
    says: 'the chain ends at the AOSP root for software keys, whose private key is published',
    spec: `${GUIDE}, root certificates`,
  },
  root: {
    name: 'root pinned',
    code: 'ERR_KEY_ATTESTATION_ROOT_UNKNOWN',
    stage: 'untrusted',
    says: 'the chain does not end at the key of a root that is pinned',
    spec: `${GUIDE}, step 2`,
  },
  rootCertificate: {
    name: 'root signed by itself',
    code: 'ERR_KEY_ATTESTATION_ROOT_INVALID',
    stage: 'untrusted',
    says: 'the root certificate has the pinned key, and is not signed by it',
    spec: 'RFC 5280 §3.2',
  },
  rootOnce: {
    name: 'root only at the end',
    code: 'ERR_KEY_ATTESTATION_ROOT_REPEATED',
    stage: 'untrusted',
    says: 'the key of a root is also in the chain below its end',
    spec: `${GUIDE}, step 2`,
  },
  algorithms: {
    name: 'signature algorithms',
    code: 'ERR_KEY_ATTESTATION_SIGNATURE_ALGORITHM_INVALID',
    stage: 'untrusted',
    says: 'a certificate has a signature algorithm that is unknown or does not fit the key of its issuer',
    spec: 'RFC 5280 §4.1.1.2',
  },
  signatures: {
    name: 'signatures',
    code: 'ERR_KEY_ATTESTATION_SIGNATURE_INVALID',
    stage: 'untrusted',
    says: 'a certificate is not signed by the key of the next one',
    spec: `${GUIDE}, step 2`,
  },
  notBefore: {
    name: 'certificates valid already',
    code: 'ERR_KEY_ATTESTATION_NOT_YET_VALID',
    stage: 'untrusted',
    says: 'a certificate above the leaf is not valid yet',
    spec: 'RFC 5280 §4.1.2.5',
  },
  notAfter: {
    name: 'certificates still valid',
    code: 'ERR_KEY_ATTESTATION_EXPIRED',
    stage: 'untrusted',
    says: 'a certificate above the leaf has expired, and the chain does not come from a factory',
    spec: `${GUIDE}, expired factory keys`,
  },
  extension: {
    name: 'attestation extension present',
    code: 'ERR_KEY_ATTESTATION_EXTENSION_MISSING',
    stage: 'untrusted',
    says: 'no certificate of the chain has the attestation extension',
    spec: `${GUIDE}, step 4`,
  },
  leaf: {
    name: 'attestation extension in the leaf',
    code: 'ERR_KEY_ATTESTATION_LEAF_EXTENSION_MISSING',
    stage: 'untrusted',
    says: 'the attestation is of a key above the leaf: an attested key has issued certificates of its own',
    spec: `${GUIDE}, step 4`,
  },
  extended: {
    name: 'attestation extension in the leaf alone',
    code: 'ERR_KEY_ATTESTATION_EXTENSION_REPEATED',
    stage: 'untrusted',
    says: 'a certificate above the leaf has the attestation extension too: the leaf may be a forgery by an attested key',
    spec: `${GUIDE}, step 4`,
  },
  shape: {
    name: 'authorities between device and root',
    code: 'ERR_KEY_ATTESTATION_CHAIN_SHAPE_INVALID',
    stage: 'untrusted',
    says: 'factories issue two certificates between device and root, Google’s servers three: this chain has another number, so a key that is not an authority may have issued one',
    spec: `${GUIDE}, step 4; android/keyattestation, KeyAttestationCertPath`,
  },
  provisioningPosition: {
    name: 'provisioning info in its place',
    code: 'ERR_KEY_ATTESTATION_PROVISIONING_POSITION_INVALID',
    stage: 'untrusted',
    says: 'the provisioning info is not in the certificate that issued the attestation',
    spec: `${GUIDE}, provisioning information extension`,
  },
  revoked: {
    name: 'no certificate revoked',
    code: 'ERR_KEY_ATTESTATION_REVOKED',
    stage: 'untrusted',
    says: 'a certificate of the chain is revoked or suspended',
    spec: `${GUIDE}, certificate revocation status list`,
  },
} as const satisfies Record<string, CheckDef>);
