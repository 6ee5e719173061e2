import { freezeJson } from '../../kernel/bytes/json.js';
import type { CheckDef } from '../../ports/checks.js';

const SCHEMA = 'Android, Key and ID attestation, attestation extension data schema';
const POLICY = 'attestkit, policy';

/** Checks against the configured policy: of a new attestation, and most of it of an enrolled key at every refresh. */
export const POLICY_CHECKS = freezeJson({
  appVersion: {
    name: 'app version allowed',
    code: 'ERR_KEY_ATTESTATION_APP_VERSION_DENIED',
    stage: 'denied',
    says: 'the app is older than the oldest allowed',
    spec: POLICY,
  },
  securityLevel: {
    name: 'security level allowed',
    code: 'ERR_KEY_ATTESTATION_SECURITY_LEVEL_DENIED',
    stage: 'denied',
    says: 'the key is not in a StrongBox',
    spec: POLICY,
  },
  rootOfTrust: {
    name: 'root of trust present',
    code: 'ERR_KEY_ATTESTATION_ROOT_OF_TRUST_MISSING',
    stage: 'denied',
    says: 'the hardware does not say how the device was started',
    spec: `${SCHEMA}, rootOfTrust`,
  },
  locked: {
    name: 'bootloader locked',
    code: 'ERR_KEY_ATTESTATION_DEVICE_UNLOCKED_DENIED',
    stage: 'denied',
    says: 'the bootloader of the device is unlocked',
    spec: `${SCHEMA}, rootOfTrust`,
  },
  bootState: {
    name: 'boot verified',
    code: 'ERR_KEY_ATTESTATION_BOOT_STATE_DENIED',
    stage: 'denied',
    says: 'the device did not start a system that its maker signed, nor one that is allowed by its key',
    spec: `${SCHEMA}, VerifiedBootState`,
  },
  osVersion: {
    name: 'operating system allowed',
    code: 'ERR_KEY_ATTESTATION_OS_VERSION_DENIED',
    stage: 'denied',
    says: 'the operating system is older than the oldest allowed, or of unknown version',
    spec: POLICY,
  },
  patchLevel: {
    name: 'patch levels allowed',
    code: 'ERR_KEY_ATTESTATION_PATCH_LEVEL_DENIED',
    stage: 'denied',
    says: 'a patch level is older than the oldest allowed, unknown, or far in the future',
    spec: POLICY,
  },
  provisioning: {
    name: 'provisioning allowed',
    code: 'ERR_KEY_ATTESTATION_PROVISIONING_DENIED',
    stage: 'denied',
    says: 'the device is not provisioned remotely',
    spec: POLICY,
  },
  certificatesIssued: {
    name: 'certificates issued',
    code: 'ERR_KEY_ATTESTATION_CERTIFICATES_ISSUED_DENIED',
    stage: 'denied',
    says: 'the device was issued more attestation certificates than allowed, or does not say how many',
    spec: 'Android, Key and ID attestation, provisioning information extension',
  },
  purposes: {
    name: 'purposes of the key',
    code: 'ERR_KEY_ATTESTATION_PURPOSES_DENIED',
    stage: 'denied',
    says: 'the key may not be used for a demanded purpose, or may attest other keys',
    spec: `${SCHEMA}, purpose`,
  },
  userAuthentication: {
    name: 'user authentication',
    code: 'ERR_KEY_ATTESTATION_USER_AUTHENTICATION_DENIED',
    stage: 'denied',
    says: 'the hardware lets the key be used without its user being authenticated',
    spec: `${SCHEMA}, noAuthRequired, userAuthType`,
  },
  created: {
    name: 'key creation known',
    code: 'ERR_KEY_ATTESTATION_CREATION_TIME_DENIED',
    stage: 'denied',
    says: 'the key description has no creation time, or one that is later than now',
    spec: `${SCHEMA}, creationDateTime`,
  },
  age: {
    name: 'key recent enough',
    code: 'ERR_KEY_ATTESTATION_TOO_OLD',
    stage: 'denied',
    says: 'the key is older than allowed',
    spec: `${SCHEMA}, creationDateTime`,
  },
  algorithm: {
    name: 'key for signatures',
    code: 'ERR_KEY_ATTESTATION_KEY_ALGORITHM_DENIED',
    stage: 'denied',
    says: 'the key is not of a kind that requests can be signed with',
    spec: 'attestkit, signed requests',
  },
  appId: {
    name: 'app still allowed',
    code: 'ERR_KEY_ATTESTATION_APP_ID_DENIED',
    stage: 'denied',
    says: 'the key belongs to an app that is not allowed any more, or not with the certificates that it was signed with',
    spec: POLICY,
  },
  virtual: {
    name: 'root still allowed',
    code: 'ERR_KEY_ATTESTATION_VIRTUAL_DENIED',
    stage: 'denied',
    says: 'the key was attested under a root for testing, and no such root is configured',
    spec: POLICY,
  },
  root: {
    name: 'additional root still pinned',
    code: 'ERR_KEY_ATTESTATION_ROOT_DENIED',
    stage: 'denied',
    says: 'the key was attested under an additional root that is not configured any more',
    spec: POLICY,
  },
  attestKey: {
    name: 'attestation keys still allowed',
    code: 'ERR_KEY_ATTESTATION_ATTEST_KEY_DENIED',
    stage: 'denied',
    says: 'an attestation key of the app attested the key, and such keys are not allowed any more',
    spec: POLICY,
  },
  stillTrusted: {
    name: 'certificates still trusted',
    code: 'ERR_KEY_ATTESTATION_ENROLLED_CHAIN_REVOKED',
    stage: 'denied',
    says: 'a certificate of the key’s chain has been revoked or suspended since it was enrolled',
    spec: 'Android, Key and ID attestation, certificate revocation status list',
  },
  revocationsKnown: {
    name: 'revocations known',
    code: 'ERR_KEY_ATTESTATION_REVOCATIONS_UNAVAILABLE',
    stage: 'unavailable',
    says: 'the revocation list is not available at the moment',
    spec: 'Android, Key and ID attestation, certificate revocation status list',
  },
} as const satisfies Record<string, CheckDef>);

/** Checks of a signature by an enrolled key. */
export const SIGNATURE_CHECKS = freezeJson({
  key: {
    name: 'key can sign requests',
    code: 'ERR_KEY_ATTESTATION_SIGNATURE_KEY_INVALID',
    stage: 'untrusted',
    says: 'the enrolled key is not one that requests can be signed with',
    spec: 'attestkit, signed requests',
  },
  encoding: {
    name: 'signature in base64',
    code: 'ERR_KEY_ATTESTATION_SIGNATURE_ENCODING_MALFORMED',
    stage: 'malformed',
    says: 'the signature is not base64 or base64url of at most 1 KiB',
    spec: 'RFC 4648 §3.5, §4, §5',
  },
  signature: {
    name: 'request signature',
    code: 'ERR_KEY_ATTESTATION_REQUEST_SIGNATURE_INVALID',
    stage: 'untrusted',
    says: 'the signature is not the enrolled key’s over this request',
    spec: 'attestkit, signed requests',
  },
} as const satisfies Record<string, CheckDef>);
