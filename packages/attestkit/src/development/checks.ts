import { freezeJson } from '../kernel/bytes/json.js';
import { catalog } from '../kernel/catalog.js';
import type { CheckDef } from '../ports/checks.js';
import { USED_TOKEN_CHECKS } from './token-checks.js';

const SPEC = 'attestkit, development evidence';

/** The check of the body's field, before there is a token to verify. */
export const FIELD_CHECKS = freezeJson({
  present: {
    name: 'development token present',
    code: 'ERR_DEVELOPMENT_MISSING',
    stage: 'missing',
    says: 'the body has no development token',
    spec: SPEC,
  },
} as const satisfies Record<string, CheckDef>);

/** Checks of what the owner of the development key states about app, challenge, device and key. */
export const CLAIM_CHECKS = freezeJson({
  appId: {
    name: 'app_id is a configured app',
    code: 'ERR_DEVELOPMENT_APP_ID_MISMATCH',
    stage: 'untrusted',
    says: 'the claim `app_id` of the development token is not a configured app',
    spec: SPEC,
  },
  challenge: {
    name: 'challenge is the one issued',
    code: 'ERR_DEVELOPMENT_CHALLENGE_MISMATCH',
    stage: 'untrusted',
    says: 'the development token answers another challenge than the one sent with it (`challenge`)',
    spec: `${SPEC}; RFC 9334 §10.2`,
  },
  requestHash: {
    name: 'request_hash is that of the enrollment',
    code: 'ERR_DEVELOPMENT_REQUEST_HASH_MISMATCH',
    stage: 'untrusted',
    says: 'the claim `request_hash` of the development token is not the hash of this challenge and device id',
    spec: SPEC,
  },
  confirmation: {
    name: 'cnf has one JWK',
    code: 'ERR_DEVELOPMENT_CNF_INVALID',
    stage: 'untrusted',
    says: 'the claim `cnf` of the development token is not an object with `jwk` alone',
    spec: `${SPEC}; RFC 7800 §3.1`,
  },
  key: {
    name: 'the JWK is a public key on P-256',
    code: 'ERR_DEVELOPMENT_CNF_KEY_INVALID',
    stage: 'untrusted',
    says: 'the key in `cnf` of the development token is not a public key on P-256, or has private members',
    spec: 'RFC 7800 §3.2; RFC 7518 §6.2.1',
  },
} as const satisfies Record<string, CheckDef>);

/** The check of an enrolled device against the current configuration. */
export const POLICY_CHECKS = freezeJson({
  appAllowed: {
    name: 'app still configured',
    code: 'ERR_DEVELOPMENT_APP_DENIED',
    stage: 'denied',
    says: 'the app that the development device was enrolled with is not configured any more',
    spec: SPEC,
  },
} as const satisfies Record<string, CheckDef>);

/** Checks of a signature by an enrolled key. */
export const SIGNATURE_CHECKS = freezeJson({
  encoding: {
    name: 'signature of 64 bytes in base64',
    code: 'ERR_DEVELOPMENT_SIGNATURE_ENCODING_MALFORMED',
    stage: 'malformed',
    says: 'the signature of the development key is not base64 or base64url of 64 bytes',
    spec: 'RFC 7518 §3.4, RFC 4648 §3.5, §4, §5',
  },
  signature: {
    name: 'request signature',
    code: 'ERR_DEVELOPMENT_REQUEST_SIGNATURE_INVALID',
    stage: 'untrusted',
    says: 'the signature is not the enrolled development key’s over this request',
    spec: 'attestkit, signed requests',
  },
} as const satisfies Record<string, CheckDef>);

/** The catalog, in the order of verification. */
export const DEVELOPMENT_CHECKS = catalog(
  FIELD_CHECKS,
  USED_TOKEN_CHECKS,
  CLAIM_CHECKS,
  POLICY_CHECKS,
  SIGNATURE_CHECKS,
);
