import { freezeJson } from '../kernel/json.js';
import type { CheckDef } from '../ports/checks.js';

/** What is asked of requests to the endpoints before there is evidence: each is answered with 400. */
export const BODY_CHECKS = freezeJson({
  deviceId: {
    name: 'device id',
    code: 'ERR_ENROLMENT_DEVICE_ID',
    stage: 'malformed',
    says: 'the request has no `device_id`, or more than one, or one that is not 1 to 128 of the characters A-Z a-z 0-9 . _ : -',
    spec: 'attestkit, enrolment',
  },
  purpose: {
    name: 'purpose',
    code: 'ERR_ENROLMENT_PURPOSE',
    stage: 'malformed',
    says: 'the request asks for a challenge with a `purpose` that is none of attest, assert and request',
    spec: 'attestkit, enrolment',
  },
  mediaType: {
    name: 'media type',
    code: 'ERR_ENROLMENT_MEDIA_TYPE',
    stage: 'malformed',
    says: 'the body is not sent as application/json, or is compressed',
    spec: 'RFC 9110 §8.3',
  },
  size: {
    name: 'body size',
    code: 'ERR_ENROLMENT_BODY_TOO_LARGE',
    stage: 'malformed',
    says: 'the body is larger than any genuine one',
    spec: 'attestkit, input caps',
  },
  json: {
    name: 'body is a JSON object',
    code: 'ERR_ENROLMENT_BODY_MALFORMED',
    stage: 'malformed',
    says: 'the body is not one JSON object in UTF-8, or has a name twice',
    spec: 'RFC 8259 §4',
  },
  members: {
    name: 'body members',
    code: 'ERR_ENROLMENT_MEMBERS',
    stage: 'malformed',
    says: 'the body lacks a member, or has one of another type than documented',
    spec: 'attestkit, enrolment',
  },
  evidence: {
    name: 'one kind of evidence',
    code: 'ERR_ENROLMENT_EVIDENCE',
    stage: 'malformed',
    says: 'the body has no evidence of a kind that this server takes, or of several kinds at once',
    spec: 'attestkit, enrolment',
  },
} as const satisfies Record<string, CheckDef>);

/** What is asked of a device whose evidence holds: each is answered with 403. */
export const ENROLMENT_CHECKS = freezeJson({
  owner: {
    name: 'owner of the device id',
    code: 'ERR_ENROLMENT_TAKEOVER',
    stage: 'denied',
    says: 'the `device_id` belongs to a device that is enrolled, and the request does not prove to come from it',
    spec: 'attestkit, enrolment',
  },
  keyFree: {
    name: 'key of no other device',
    code: 'ERR_ENROLMENT_KEY_BOUND',
    stage: 'denied',
    says: 'the attested key belongs to another device',
    spec: 'Apple, Verify the attestation, after step 11',
  },
  keySubject: {
    name: 'key of no other user',
    code: 'ERR_ENROLMENT_KEY_SUBJECT',
    stage: 'denied',
    says: 'the attested key was enrolled for another user, or for none',
    spec: 'Apple, Verify the attestation, after step 11',
  },
  subjectKnown: {
    name: 'user known',
    code: 'ERR_ENROLMENT_SUBJECT_FAILED',
    stage: 'unavailable',
    says: 'the application could not say which user the device is enrolled for',
    spec: 'attestkit, enrolment',
    unexpected: true,
  },
  recordUnchanged: {
    name: 'record unchanged',
    code: 'ERR_ENROLMENT_CONFLICT',
    stage: 'unavailable',
    says: 'another enrolment of the same `device_id` was faster',
    spec: 'attestkit, enrolment',
  },
} as const satisfies Record<string, CheckDef>);
