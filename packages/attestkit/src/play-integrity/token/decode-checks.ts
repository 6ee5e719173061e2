import { freezeJson } from '../../kernel/bytes/json.js';
import type { CheckDef } from '../../ports/checks.js';

/** Checks of the body's fields, before anything is decoded. */
export const FIELD_CHECKS = freezeJson({
  present: {
    name: 'token present',
    code: 'ERR_PLAY_INTEGRITY_TOKEN_MISSING',
    stage: 'missing',
    says: 'the body has no Play Integrity token',
    spec: 'attestkit, enrollment',
  },
  package: {
    name: 'package configured',
    code: 'ERR_PLAY_INTEGRITY_PACKAGE_UNKNOWN',
    stage: 'untrusted',
    says: 'the body names no configured app, or no app although several are configured',
    spec: 'attestkit, enrollment',
  },
} as const satisfies Record<string, CheckDef>);

/** Checks of a token that Google decodes. */
export const DECODE_CHECKS = freezeJson({
  form: {
    name: 'token worth asking about',
    code: 'ERR_PLAY_INTEGRITY_TOKEN_FORM_MALFORMED',
    stage: 'malformed',
    says: 'the Play Integrity token is longer than any genuine one, or is not a compact JWE as all known ones are',
    spec: 'attestkit, input caps',
  },
  accepted: {
    name: 'token accepted by Google',
    code: 'ERR_PLAY_INTEGRITY_TOKEN_INVALID',
    stage: 'untrusted',
    says: 'Google does not accept the Play Integrity token',
    spec: 'Google, decodeIntegrityToken',
  },
  configured: {
    name: 'allowed to decode',
    code: 'ERR_PLAY_INTEGRITY_CONFIGURATION_FAILED',
    stage: 'unavailable',
    says: 'Google does not let this server decode the Play Integrity token: check the service account, the API and the project that is linked to the app',
    spec: 'Google, decodeIntegrityToken',
  },
  quota: {
    name: 'within the quota',
    code: 'ERR_PLAY_INTEGRITY_QUOTA_UNAVAILABLE',
    stage: 'unavailable',
    says: 'the quota for decoding Play Integrity tokens is used up',
    spec: 'Google, Play Integrity API usage limits',
  },
  reachable: {
    name: 'decoding available',
    code: 'ERR_PLAY_INTEGRITY_UNAVAILABLE',
    stage: 'unavailable',
    says: 'Play Integrity tokens cannot be decoded at the moment',
    spec: 'Google, decodeIntegrityToken',
  },
} as const satisfies Record<string, CheckDef>);
