import { freezeJson } from '../../kernel/bytes/json.js';
import type { CheckDef } from '../../ports/checks.js';

const GUIDE = 'Android, Key and ID attestation';
const SCHEMA = `${GUIDE}, attestation extension data schema`;

/** Checks of what the secure hardware says of the key, in the order of verification. */
export const DESCRIPTION_CHECKS = freezeJson({
  readable: {
    name: 'key description readable',
    code: 'ERR_KEY_ATTESTATION_DESCRIPTION_MALFORMED',
    stage: 'malformed',
    says: 'the attestation extension is not a key description in DER of a version that is known or newer',
    spec: SCHEMA,
  },
  repeatedTags: {
    name: 'no tag twice',
    code: 'ERR_KEY_ATTESTATION_TAG_REPEATED',
    stage: 'malformed',
    says: 'an authorization list of the key description has a tag twice',
    spec: SCHEMA,
  },
  unknownTags: {
    name: 'tags known',
    code: 'ERR_KEY_ATTESTATION_TAG_UNKNOWN',
    stage: 'malformed',
    says: 'an authorization list has a tag that the version of the key description does not know',
    spec: SCHEMA,
  },
  levelsAgree: {
    name: 'security levels agree',
    code: 'ERR_KEY_ATTESTATION_SECURITY_LEVEL_MISMATCH',
    stage: 'untrusted',
    says: 'the attestation and the key have different security levels',
    spec: `${GUIDE}, step 5`,
  },
  hardware: {
    name: 'key in hardware',
    code: 'ERR_KEY_ATTESTATION_SECURITY_LEVEL_INVALID',
    stage: 'untrusted',
    says: 'the key is not in a trusted execution environment or a StrongBox',
    spec: `${GUIDE}, step 5`,
  },
  levelOfChain: {
    name: 'security level of the chain',
    code: 'ERR_KEY_ATTESTATION_SECURITY_LEVEL_CHAIN_MISMATCH',
    stage: 'untrusted',
    says: 'the key has another security level than the certificate that attests it vouches for',
    spec: `${GUIDE}, step 5`,
  },
  attestKey: {
    name: 'attestation key of the app',
    code: 'ERR_KEY_ATTESTATION_ATTEST_KEY_INVALID',
    stage: 'untrusted',
    says: 'the leaf was issued by a key that is not an attestation key of the same app and device',
    spec: 'Android, KeyGenParameterSpec, setAttestKeyAlias',
  },
  challenge: {
    name: 'challenge',
    code: 'ERR_KEY_ATTESTATION_CHALLENGE_MISMATCH',
    stage: 'untrusted',
    says: 'the key was attested for another challenge',
    spec: `${GUIDE}, step 4`,
  },
  origin: {
    name: 'key generated in hardware',
    code: 'ERR_KEY_ATTESTATION_ORIGIN_INVALID',
    stage: 'untrusted',
    says: 'the hardware does not say that it generated the key: a copy of it may exist elsewhere',
    spec: `${SCHEMA}, origin`,
  },
  package: {
    name: 'app expected',
    code: 'ERR_KEY_ATTESTATION_PACKAGE_MISMATCH',
    stage: 'untrusted',
    says: 'the key does not belong to an expected app',
    spec: `${SCHEMA}, attestationApplicationId`,
  },
  digests: {
    name: 'app signed as expected',
    code: 'ERR_KEY_ATTESTATION_DIGEST_MISMATCH',
    stage: 'untrusted',
    says: 'the app is not signed with exactly the expected certificates: it may be a copy',
    spec: `${SCHEMA}, attestationApplicationId`,
  },
  allApplications: {
    name: 'key of the app alone',
    code: 'ERR_KEY_ATTESTATION_ALL_APPLICATIONS_INVALID',
    stage: 'untrusted',
    says: 'the key may be used by all apps of the device',
    spec: 'Web Authentication §8.4',
  },
} as const satisfies Record<string, CheckDef>);
