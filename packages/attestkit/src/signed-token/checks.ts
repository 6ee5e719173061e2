import { freezeJson } from '../kernel/bytes/json.js';
import { catalog } from '../kernel/catalog.js';
import { jwtChecks, type JwtChecks } from '../kernel/jose/jwt-checks.js';
import type { CheckDef } from '../ports/checks.js';

const SPEC = 'attestkit, signed-token evidence';

/** The check of the body's field, before there is a token to verify. */
export const FIELD_CHECKS = freezeJson({
  present: {
    name: 'token present',
    code: 'ERR_SIGNED_TOKEN_MISSING',
    stage: 'missing',
    says: 'the body has no signed token',
    spec: SPEC,
  },
} as const satisfies Record<string, CheckDef>);

/** Checks of every JWT. A present token that fails is untrusted, whatever is wrong with it. */
export const TOKEN_CHECKS: JwtChecks<'SIGNED_TOKEN'> = jwtChecks(
  'SIGNED_TOKEN',
  'the signed token',
  'untrusted',
);

/** Checks of the attester's statements about app, device and challenge. */
export const CLAIM_CHECKS = freezeJson({
  appId: {
    name: 'app_id is a configured app',
    code: 'ERR_SIGNED_TOKEN_APP_ID_MISMATCH',
    stage: 'untrusted',
    says: 'the claim `app_id` of the signed token is not a configured app',
    spec: SPEC,
  },
  sameApp: {
    name: 'aud names the app of app_id',
    code: 'ERR_SIGNED_TOKEN_APP_ID_AUDIENCE_MISMATCH',
    stage: 'untrusted',
    says: 'the signed token is about one app (`app_id`) and meant for another (`aud`)',
    spec: SPEC,
  },
  deviceId: {
    name: 'device_id is that of the request',
    code: 'ERR_SIGNED_TOKEN_DEVICE_ID_MISMATCH',
    stage: 'untrusted',
    says: 'the signed token is about another device than the one that sends it (`device_id`)',
    spec: SPEC,
  },
  challenge: {
    name: 'challenge is the one issued',
    code: 'ERR_SIGNED_TOKEN_CHALLENGE_MISMATCH',
    stage: 'untrusted',
    says: 'the signed token answers another challenge than the one sent with it (`challenge`)',
    spec: `${SPEC}; RFC 9334 §10.2`,
  },
} as const satisfies Record<string, CheckDef>);

/** The check of an enrolled device against the current configuration. */
export const POLICY_CHECKS = freezeJson({
  appAllowed: {
    name: 'app still configured',
    code: 'ERR_SIGNED_TOKEN_APP_DENIED',
    stage: 'denied',
    says: 'the app that the device was enrolled with is not configured any more',
    spec: SPEC,
  },
} as const satisfies Record<string, CheckDef>);

/** The catalog, in the order of verification. */
export const SIGNED_TOKEN_CHECKS = catalog(FIELD_CHECKS, TOKEN_CHECKS, CLAIM_CHECKS, POLICY_CHECKS);
