import { freezeJson } from '../kernel/bytes/json.js';
import type { CheckDef } from '../ports/checks.js';

/** What can keep an endpoint from looking at a request. */
export const ENDPOINT_CHECKS = freezeJson({
  purpose: {
    name: 'purpose',
    code: 'ERR_ENROLLMENT_PURPOSE_UNKNOWN',
    stage: 'malformed',
    says: 'the request asks for a challenge with another `purpose` than attest, assert or request',
    spec: 'attestkit, enrollment',
  },
  mediaType: {
    name: 'media type',
    code: 'ERR_ENROLLMENT_MEDIA_TYPE_UNSUPPORTED',
    stage: 'malformed',
    says: 'the body is not sent as application/json, or is compressed',
    spec: 'RFC 9110 §8.3',
  },
  size: {
    name: 'body size',
    code: 'ERR_ENROLLMENT_BODY_TOO_LARGE',
    stage: 'malformed',
    says: 'the body is larger than any genuine one',
    spec: 'attestkit, input caps',
  },
  json: {
    name: 'body is a JSON object',
    code: 'ERR_ENROLLMENT_BODY_MALFORMED',
    stage: 'malformed',
    says: 'the body is not one JSON object in UTF-8, or has a name twice',
    spec: 'RFC 8259 §4',
  },
  limit: {
    name: 'rate limit',
    code: 'ERR_ENDPOINT_LIMIT',
    stage: 'denied',
    says: 'the address or the device has asked too often',
    spec: 'RFC 6585 §4',
  },
  members: {
    name: 'number of members',
    code: 'ERR_ENDPOINT_MEMBERS_TOO_LARGE',
    stage: 'malformed',
    says: 'the body has more members, or longer lists, than any genuine one',
    spec: 'attestkit, input caps',
  },
  limiter: {
    name: 'limiter answered',
    code: 'ERR_ENDPOINT_LIMITER_FAILED',
    stage: 'unavailable',
    says: 'the configured limiter failed',
    spec: 'attestkit, fail closed',
    unexpected: true,
  },
  timely: {
    name: 'answer in time',
    code: 'ERR_ENDPOINT_TIMEOUT',
    stage: 'unavailable',
    says: 'a store, a signer or a hook of the application did not answer in time',
    spec: 'attestkit, fail closed',
  },
  busy: {
    name: 'capacity',
    code: 'ERR_ENDPOINT_BUSY',
    stage: 'unavailable',
    says: 'the maximum number of requests is being verified',
    spec: 'RFC 9110 §15.6.4',
  },
} as const satisfies Record<string, CheckDef>);
