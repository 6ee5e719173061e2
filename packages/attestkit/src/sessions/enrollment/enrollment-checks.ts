import { freezeJson } from '../../kernel/bytes/json.js';
import type { CheckDef } from '../../ports/checks.js';

/** What a body has to have before there is evidence to verify: each is answered with 400. */
export const BODY_CHECKS = freezeJson({
  deviceId: {
    name: 'device id',
    code: 'ERR_ENROLLMENT_DEVICE_ID_MALFORMED',
    stage: 'malformed',
    says: 'the request has no `device_id`, or more than one, or one that is not 1 to 128 of the characters A-Z a-z 0-9 . _ : -',
    spec: 'attestkit, enrollment',
  },
  members: {
    name: 'body members',
    code: 'ERR_ENROLLMENT_MEMBERS_MALFORMED',
    stage: 'malformed',
    says: 'the body lacks a member, or has one of another type than documented',
    spec: 'attestkit, enrollment',
  },
  evidence: {
    name: 'one kind of evidence',
    code: 'ERR_ENROLLMENT_EVIDENCE_MALFORMED',
    stage: 'malformed',
    says: 'the body has no evidence of a kind that this server takes, or of several kinds at once',
    spec: 'attestkit, enrollment',
  },
} as const satisfies Record<string, CheckDef>);

/** What is asked of a device whose evidence holds, beyond the evidence. */
export const ENROLLMENT_CHECKS = freezeJson({
  keyBlocked: {
    name: 'key not blocked',
    code: 'ERR_ENROLLMENT_KEY_BLOCKED',
    stage: 'denied',
    says: 'the operator has blocked the attested key',
    spec: 'attestkit, devices',
  },
  companion: {
    name: 'evidence beside the key',
    code: 'ERR_ENROLLMENT_COMPANION_MISSING',
    stage: 'denied',
    says: 'the policy asks for a second kind of evidence beside the key, and it is missing from the body',
    spec: 'attestkit, enrollment',
  },
  companionApp: {
    name: 'one app in both kinds of evidence',
    code: 'ERR_ENROLLMENT_COMPANION_MISMATCH',
    stage: 'untrusted',
    says: 'the two kinds of evidence in the body are about different apps',
    spec: 'attestkit, enrollment',
  },
  subjectKnown: {
    name: 'user known',
    code: 'ERR_ENROLLMENT_SUBJECT_FAILED',
    stage: 'unavailable',
    says: 'the application could not say which user the device is enrolled for',
    spec: 'attestkit, enrollment',
    unexpected: true,
  },
  authorized: {
    name: 'replacement judged',
    code: 'ERR_ENROLLMENT_AUTHORIZATION_FAILED',
    stage: 'unavailable',
    says: 'the application could not say whether the key may be replaced',
    spec: 'attestkit, enrollment',
    unexpected: true,
  },
} as const satisfies Record<string, CheckDef>);

/**
 * Genuine evidence for an installation that cannot go on: each is answered with 409 on every endpoint. The client forgets label, key and
 * tokens, and begins with new ones.
 */
export const CONFLICT_CHECKS = freezeJson({
  label: {
    name: 'label of this key',
    code: 'ERR_ENROLLMENT_LABEL_TAKEN',
    stage: 'denied',
    says: 'the `device_id` belongs to another key, and the request has no proof by that key',
    spec: 'attestkit, devices',
  },
  key: {
    name: 'key of this label',
    code: 'ERR_ENROLLMENT_KEY_TAKEN',
    stage: 'denied',
    says: 'the attested key belongs to another `device_id`',
    spec: 'Apple, Verify the attestation, after step 11',
  },
  keyRetired: {
    name: 'key not retired',
    code: 'ERR_ENROLLMENT_KEY_ENDED',
    stage: 'denied',
    says: 'the attested key was replaced, or its installation was forgotten',
    spec: 'attestkit, devices',
  },
  keyProof: {
    name: 'possession of the key',
    code: 'ERR_ENROLLMENT_KEY_PROOF_MISSING',
    stage: 'denied',
    says: 'the attested key is enrolled already, and its evidence does not prove possession: the client has to use `assert`',
    spec: 'attestkit, devices',
  },
  keyed: {
    name: 'same kind of device',
    code: 'ERR_ENROLLMENT_KIND_MISMATCH',
    stage: 'denied',
    says: 'the `device_id` was enrolled with a key and the evidence is not about one, or the other way round',
    spec: 'attestkit, devices',
  },
  user: {
    name: 'same user',
    code: 'ERR_ENROLLMENT_USER_TAKEN',
    stage: 'denied',
    says: 'the device is enrolled for another user',
    spec: 'attestkit, devices',
  },
} as const satisfies Record<string, CheckDef>);
