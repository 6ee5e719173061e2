import { freezeJson } from '../../kernel/bytes/json.js';
import type { CheckDef } from '../../ports/checks.js';
import { launchChecks } from '../launch-checks.js';

/** Apple, "Validating apps that connect to your server". */
const VERIFY = 'Apple, Verify the attestation';

/** Checks of the body's fields, before there is an attestation to verify. */
export const FIELD_CHECKS = freezeJson({
  keyId: {
    name: 'key id present',
    code: 'ERR_APP_ATTEST_KEY_ID_MISSING',
    stage: 'missing',
    says: 'the request has no key id',
    spec: 'Apple, Certify that the key belongs to a genuine instance',
  },
  attestation: {
    name: 'attestation present',
    code: 'ERR_APP_ATTEST_MISSING',
    stage: 'missing',
    says: 'the request has no attestation',
    spec: 'Apple, Certify that the key belongs to a genuine instance',
  },
  encoding: {
    name: 'attestation in base64',
    code: 'ERR_APP_ATTEST_ENCODING_MALFORMED',
    stage: 'malformed',
    says: 'the attestation is not base64 or base64url of at most 16 KiB',
    spec: 'RFC 4648 §3.5, §4, §5',
  },
} as const satisfies Record<string, CheckDef>);

/** Checks of an attestation: first all that has to be readable, then Apple's steps. */
export const ATTESTATION_CHECKS = freezeJson({
  size: {
    name: 'attestation size',
    code: 'ERR_APP_ATTEST_TOO_LARGE',
    stage: 'malformed',
    says: 'the attestation is longer than 16 KiB',
    spec: 'attestkit, limits',
  },
  cbor: {
    name: 'attestation is one CBOR map',
    code: 'ERR_APP_ATTEST_CBOR_MALFORMED',
    stage: 'malformed',
    says: 'the attestation is not one CBOR map by text in its strict form, with nothing after it',
    spec: 'RFC 8949 §4.2.1, §5.6',
  },
  format: {
    name: 'attestation format',
    code: 'ERR_APP_ATTEST_FORMAT_UNKNOWN',
    stage: 'malformed',
    says: 'the attestation does not have the format `apple-appattest`',
    spec: VERIFY,
  },
  statement: {
    name: 'attestation members',
    code: 'ERR_APP_ATTEST_STATEMENT_MALFORMED',
    stage: 'malformed',
    says: 'the attestation does not have the members `x5c`, `receipt` and `authData` as Apple writes them',
    spec: VERIFY,
  },
  chainLength: {
    name: 'two certificates',
    code: 'ERR_APP_ATTEST_CHAIN_MALFORMED',
    stage: 'malformed',
    says: 'the attestation does not have exactly two certificates',
    spec: `${VERIFY}, step 1`,
  },
  certificates: {
    name: 'certificates in DER',
    code: 'ERR_APP_ATTEST_CERTIFICATE_MALFORMED',
    stage: 'malformed',
    says: 'a certificate of the attestation is not X.509 version 3 in DER',
    spec: 'RFC 5280 §4.1',
  },
  leafKey: {
    name: 'attested key on P-256',
    code: 'ERR_APP_ATTEST_KEY_MALFORMED',
    stage: 'malformed',
    says: 'the key in the first certificate is not a key on the curve P-256',
    spec: 'RFC 5480 §2',
  },
  authenticatorData: {
    name: 'authenticator data layout',
    code: 'ERR_APP_ATTEST_AUTH_DATA_MALFORMED',
    stage: 'malformed',
    says: 'the authenticator data of the attestation does not have the layout of Web Authentication',
    spec: 'Web Authentication §6.1, §6.5.1',
  },
  keyIdForm: {
    name: 'key id is a digest',
    code: 'ERR_APP_ATTEST_KEY_ID_MALFORMED',
    stage: 'malformed',
    says: 'the key id is not 32 bytes, or not base64 or base64url of 32 bytes',
    spec: `${VERIFY}, step 5`,
  },
  root: {
    name: 'chain to a pinned root',
    code: 'ERR_APP_ATTEST_ROOT_UNKNOWN',
    stage: 'untrusted',
    says: 'the second certificate is not issued by Apple’s root for App Attest',
    spec: `${VERIFY}, step 1; RFC 5280 §6.1.3`,
  },
  intermediate: {
    name: 'intermediate is an authority',
    code: 'ERR_APP_ATTEST_INTERMEDIATE_INVALID',
    stage: 'untrusted',
    says: 'the second certificate may not issue certificates',
    spec: 'RFC 5280 §6.1.4',
  },
  leafIssuer: {
    name: 'certificates chain by name',
    code: 'ERR_APP_ATTEST_ISSUER_MISMATCH',
    stage: 'untrusted',
    says: 'the first certificate names another issuer than the second certificate',
    spec: 'RFC 5280 §6.1.3, §4.2.1.1',
  },
  leafProfile: {
    name: 'leaf is not an authority',
    code: 'ERR_APP_ATTEST_LEAF_INVALID',
    stage: 'untrusted',
    says: 'the first certificate does not belong to a key that signs for an app',
    spec: 'RFC 5280 §4.2, §4.2.1.3, §4.2.1.9, §4.2.1.12',
  },
  leafSignature: {
    name: 'leaf signature',
    code: 'ERR_APP_ATTEST_LEAF_SIGNATURE_INVALID',
    stage: 'untrusted',
    says: 'the first certificate is not signed by the second certificate',
    spec: `${VERIFY}, step 1; RFC 5280 §6.1.3`,
  },
  notBefore: {
    name: 'certificates valid already',
    code: 'ERR_APP_ATTEST_CERTIFICATE_NOT_YET_VALID',
    stage: 'untrusted',
    says: 'a certificate of the chain is not valid yet',
    spec: 'RFC 5280 §6.1.3',
  },
  notAfter: {
    name: 'certificates valid still',
    code: 'ERR_APP_ATTEST_CERTIFICATE_EXPIRED',
    stage: 'untrusted',
    says: 'a certificate of the chain has expired',
    spec: 'RFC 5280 §6.1.3',
  },
  nonceExtension: {
    name: 'nonce extension',
    code: 'ERR_APP_ATTEST_NONCE_MISSING',
    stage: 'untrusted',
    says: 'the first certificate has no readable extension 1.2.840.113635.100.8.2 with the nonce',
    spec: `${VERIFY}, step 4`,
  },
  nonce: {
    name: 'nonce matches',
    code: 'ERR_APP_ATTEST_NONCE_MISMATCH',
    stage: 'untrusted',
    says: 'the attestation was made for another challenge, or its authenticator data was changed',
    spec: `${VERIFY}, steps 2 to 4`,
  },
  osExtension: {
    name: 'operating system extension',
    code: 'ERR_APP_ATTEST_OS_EXTENSION_INVALID',
    stage: 'untrusted',
    says: 'the extension 1.2.840.113635.100.8.7 of the first certificate cannot be read',
    spec: 'Observed in certificates of iOS 14 to 27',
  },
  macosPolicy: {
    name: 'macOS access policy',
    code: 'ERR_APP_ATTEST_MACOS_POLICY_MISMATCH',
    stage: 'untrusted',
    says: 'the key is not from iOS, and its access policy is not that of a Mac with full security',
    spec: `${VERIFY}, step 4 on macOS`,
  },
  keyId: {
    name: 'key id matches the key',
    code: 'ERR_APP_ATTEST_KEY_ID_MISMATCH',
    stage: 'untrusted',
    says: 'the key id is not the digest of the attested key',
    spec: `${VERIFY}, step 5`,
  },
  appId: {
    name: 'app id matches',
    code: 'ERR_APP_ATTEST_APP_ID_MISMATCH',
    stage: 'untrusted',
    says: 'the attestation is for another app',
    spec: `${VERIFY}, step 6`,
  },
  counter: {
    name: 'counter is zero',
    code: 'ERR_APP_ATTEST_COUNTER_INVALID',
    stage: 'untrusted',
    says: 'the key has signed before it was attested',
    spec: `${VERIFY}, step 7`,
  },
  aaguid: {
    name: 'aaguid known',
    code: 'ERR_APP_ATTEST_AAGUID_UNKNOWN',
    stage: 'untrusted',
    says: 'the attestation names neither the production nor the development environment',
    spec: `${VERIFY}, step 8`,
  },
  credentialId: {
    name: 'credential id matches the key id',
    code: 'ERR_APP_ATTEST_CREDENTIAL_ID_MISMATCH',
    stage: 'untrusted',
    says: 'the credential id is not the key id',
    spec: `${VERIFY}, step 9`,
  },
  credentialKey: {
    name: 'credential key is the attested key',
    code: 'ERR_APP_ATTEST_CREDENTIAL_KEY_MISMATCH',
    stage: 'untrusted',
    says: 'the key in the authenticator data is not the key in the first certificate',
    spec: 'Web Authentication §6.5.1; RFC 9053 §2.1, §7.1.1',
  },
  ...launchChecks('APP_ATTEST', 'attestation', `${VERIFY}, step 10`, `${VERIFY}, step 11`),
} as const satisfies Record<string, CheckDef>);
