import { freezeJson } from '../kernel/bytes/json.js';
import type { CheckDef } from '../ports/checks.js';

/** What can keep the guard itself from deciding; never the client's doing. */
export const GUARD_CHECKS = freezeJson({
  internal: {
    name: 'decision reached',
    code: 'ERR_GUARD_INTERNAL',
    stage: 'unavailable',
    says: 'the guard could not reach a decision because of an unexpected error',
    spec: 'attestkit, fail closed',
    unexpected: true,
  },
  bodyAvailable: {
    name: 'body available',
    code: 'ERR_GUARD_BODY_UNAVAILABLE',
    stage: 'unavailable',
    says: 'the bytes of the request body are gone: mount the guard before the body parser, or give the parser the hook rawBody',
    spec: 'attestkit, signed requests',
  },
  bodySize: {
    name: 'body size',
    code: 'ERR_GUARD_BODY_TOO_LARGE',
    stage: 'malformed',
    says: 'the request body is larger than the route allows: raise the option maxBodyBytes if genuine ones are',
    spec: 'RFC 9110 §15.5.14',
  },
  bodyReadable: {
    name: 'body readable',
    code: 'ERR_GUARD_BODY_UNREADABLE',
    stage: 'malformed',
    says: 'the connection broke before the end of the request body',
    spec: 'RFC 9110 §8.6',
  },
} as const satisfies Record<string, CheckDef>);

/** What can keep an endpoint from looking at a request. */
export const ENDPOINT_CHECKS = freezeJson({
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
    says: 'as many requests are being verified as are allowed at once',
    spec: 'RFC 9110 §15.6.4',
  },
} as const satisfies Record<string, CheckDef>);

/** Every code with which the guard itself refuses. */
export type GuardErrorCode =
  | (typeof GUARD_CHECKS)[keyof typeof GUARD_CHECKS]['code']
  | (typeof ENDPOINT_CHECKS)[keyof typeof ENDPOINT_CHECKS]['code'];
