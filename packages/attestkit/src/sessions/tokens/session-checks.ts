import { freezeJson } from '../../kernel/bytes/json.js';
import { catalog } from '../../kernel/catalog.js';
import { jwtChecks, type JwtChecks } from '../../kernel/jose/jwt-checks.js';
import type { CheckDef } from '../../ports/checks.js';

/** Checks of the request's header field, before there is a token to verify. */
export const SESSION_FIELD_CHECKS = freezeJson({
  present: {
    name: 'session present',
    code: 'ERR_SESSION_MISSING',
    stage: 'missing',
    says: 'the request has no session token',
    spec: 'RFC 6750 §2.1',
  },
  single: {
    name: 'session field once',
    code: 'ERR_SESSION_REPEATED',
    stage: 'malformed',
    says: 'the request has the field of the session token more than once',
    spec: 'RFC 9110 §5.3',
  },
} as const satisfies Record<string, CheckDef>);

/** Checks of the token itself that all signed tokens share. */
export const SESSION_TOKEN_CHECKS: JwtChecks<'SESSION'> = jwtChecks(
  'SESSION',
  'the session token',
  'untrusted',
);

/** Checks of what a session token says beyond the registered claims. */
export const SESSION_CLAIM_CHECKS = freezeJson({
  type: {
    name: 'session type',
    code: 'ERR_SESSION_CLAIM_TYPE_MISMATCH',
    stage: 'untrusted',
    says: 'the claim `type` of the session token is not `attested_session`',
    spec: 'RFC 8725 §3.11',
  },
  issuedAt: {
    name: 'iat is present',
    code: 'ERR_SESSION_IAT_MISSING',
    stage: 'untrusted',
    says: 'the session token has no time of issue (`iat`)',
    spec: 'RFC 7519 §4.1.6',
  },
  deviceId: {
    name: 'session device id',
    code: 'ERR_SESSION_DEVICE_ID_INVALID',
    stage: 'untrusted',
    says: 'the session token names no device (`device_id`)',
    spec: 'attestkit, sessions',
  },
  identifiers: {
    name: 'session identifiers',
    code: 'ERR_SESSION_IDENTIFIERS_INVALID',
    stage: 'untrusted',
    says: 'the session token lacks an identifier of the token (`jti`), the session (`sid`) or the record (`rid`)',
    spec: 'RFC 7519 §4.1.7',
  },
  attestation: {
    name: 'session attestation',
    code: 'ERR_SESSION_ATTESTATION_INVALID',
    stage: 'untrusted',
    says: 'the session token does not say by which evidence its device was enrolled (`kind`, `attestation`)',
    spec: 'attestkit, sessions',
  },
  confirmation: {
    name: 'session confirmation',
    code: 'ERR_SESSION_CONFIRMATION_INVALID',
    stage: 'untrusted',
    says: 'the claim `cnf` of the session token has no thumbprint of a key (`jkt`)',
    spec: 'RFC 7800 §3.1, RFC 9449 §6.1',
  },
  subject: {
    name: 'session subject',
    code: 'ERR_SESSION_SUBJECT_INVALID',
    stage: 'untrusted',
    says: 'the claim `sub` of the session token is not a string',
    spec: 'RFC 7519 §4.1.2',
  },
  binding: {
    name: 'session binding',
    code: 'ERR_SESSION_BINDING_CLAIM_INVALID',
    stage: 'untrusted',
    says: 'the claim `bnd` of the session token does not consist of keyed hashes',
    spec: 'attestkit, sessions',
  },
} as const satisfies Record<string, CheckDef>);

/** Checks of a genuine session token against the request that carries it. */
export const SESSION_BINDING_CHECKS = freezeJson({
  ip: {
    name: 'session address',
    code: 'ERR_SESSION_BINDING_IP_MISMATCH',
    stage: 'untrusted',
    says: 'the session is bound to another network than the one that the request comes from',
    spec: 'attestkit, session binding',
  },
  userAgent: {
    name: 'session user agent',
    code: 'ERR_SESSION_BINDING_USER_AGENT_MISMATCH',
    stage: 'untrusted',
    says: 'the session is bound to another user agent than the one that the request names',
    spec: 'attestkit, session binding',
  },
} as const satisfies Record<string, CheckDef>);

/** What can keep a session from being issued; never the client's doing. */
export const SESSION_SIGNER_CHECKS = freezeJson({
  signed: {
    name: 'session signed',
    code: 'ERR_SESSION_SIGNER_FAILED',
    stage: 'unavailable',
    says: 'the configured signer of session tokens failed, or its signature does not verify with the public key',
    spec: 'RFC 7515 §5.1',
    unexpected: true,
  },
} as const satisfies Record<string, CheckDef>);

/** The catalog of session tokens, in the order of verification. */
export const SESSION_CHECKS = catalog(
  SESSION_FIELD_CHECKS,
  SESSION_TOKEN_CHECKS,
  SESSION_CLAIM_CHECKS,
  SESSION_BINDING_CHECKS,
  SESSION_SIGNER_CHECKS,
);
