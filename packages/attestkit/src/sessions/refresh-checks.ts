import { freezeJson } from '../kernel/json.js';
import type { CheckDef } from '../ports/checks.js';

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
    code: 'ERR_REFRESH_NOT_OURS',
    stage: 'untrusted',
    says: 'the refresh token was not issued by this server',
    spec: 'RFC 6749 §10.4',
  },
  expired: {
    name: 'refresh token not expired',
    code: 'ERR_REFRESH_EXPIRED',
    stage: 'untrusted',
    says: 'the family of the refresh token has reached the end of its life',
    spec: 'RFC 9700 §4.14.2',
  },
  subject: {
    name: 'refresh token of this user',
    code: 'ERR_REFRESH_SUBJECT',
    stage: 'untrusted',
    says: 'the refresh token is of a session of another user than the one that sends the request',
    spec: 'attestkit, refresh tokens',
  },
  device: {
    name: 'refresh token of a known device',
    code: 'ERR_REFRESH_DEVICE_GONE',
    stage: 'untrusted',
    says: 'the device, or the key, that the refresh token was issued for is not enrolled any more',
    spec: 'attestkit, refresh tokens',
  },
  reused: {
    name: 'refresh token not spent',
    code: 'ERR_REFRESH_REUSED',
    stage: 'untrusted',
    says: 'the refresh token was spent before: it has been copied, and its family is revoked',
    spec: 'RFC 9700 §4.14.2',
  },
} as const satisfies Record<string, CheckDef>);
