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
