import { freezeJson } from '../../kernel/bytes/json.js';
import type { CheckDef } from '../../ports/checks.js';

/** Checks of a refresh token, in the order of verification. */
export const REFRESH_CHECKS = freezeJson({
  readable: {
    name: 'refresh token readable',
    code: 'ERR_REFRESH_MALFORMED',
    stage: 'malformed',
    says: 'the refresh token is not the canonical base64url of a token that this server could have issued',
    spec: 'attestkit, refresh tokens',
  },
  ours: {
    name: 'refresh token is ours',
    code: 'ERR_REFRESH_UNKNOWN',
    stage: 'untrusted',
    says: 'the refresh token was not issued by this server',
    spec: 'RFC 6749 §10.4',
  },
  live: {
    name: 'refresh token not ended',
    code: 'ERR_REFRESH_ENDED',
    stage: 'untrusted',
    says: 'the session of the refresh token has ended: it expired, was revoked, or gave way to newer ones',
    spec: 'RFC 9700 §4.14.2',
  },
  kind: {
    name: 'evidence of the refresh token configured',
    code: 'ERR_REFRESH_KIND_UNKNOWN',
    stage: 'untrusted',
    says: 'the device was enrolled with a kind of evidence that the server no longer takes',
    spec: 'attestkit, refresh tokens',
  },
  user: {
    name: 'user of the refresh token',
    code: 'ERR_REFRESH_USER_UNKNOWN',
    stage: 'untrusted',
    says: 'the request names a user, and the device is enrolled without a user: the client has to use `assert`',
    spec: 'attestkit, refresh tokens',
  },
  reused: {
    name: 'refresh token not spent',
    code: 'ERR_REFRESH_REUSED',
    stage: 'untrusted',
    says: 'the refresh token was spent before: it has been copied, and its session has ended',
    spec: 'RFC 9700 §4.14.2',
  },
  proof: {
    name: 'refresh with a proof',
    code: 'ERR_REFRESH_PROOF_MISSING',
    stage: 'untrusted',
    says: 'the server asks for a proof by the device key beside the refresh token, and it is missing from the request',
    spec: 'RFC 9449 §5',
  },
} as const satisfies Record<string, CheckDef>);
