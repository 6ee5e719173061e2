import { freezeJson } from '../kernel/bytes/json.js';
import { catalog } from '../kernel/catalog.js';
import { jwtChecks, type JwtChecks } from '../kernel/jose/jwt-checks.js';
import type { CheckDef } from '../ports/checks.js';

const SPEC = 'Firebase, Verify App Check tokens from a custom backend';
const REPLAY = 'Firebase App Check, replay protection';
const PROVIDER = 'Firebase App Check, debug provider';

/** Checks of the request's header field, or of the body's member, before there is a token to verify. */
export const FIELD_CHECKS = freezeJson({
  present: {
    name: 'token present',
    code: 'ERR_APP_CHECK_TOKEN_MISSING',
    stage: 'missing',
    says: 'the request has no App Check token',
    spec: SPEC,
  },
  single: {
    name: 'token field once',
    code: 'ERR_APP_CHECK_TOKEN_REPEATED',
    stage: 'malformed',
    says: 'the request has the App Check token field more than once',
    spec: 'RFC 9110 §5.3',
  },
} as const satisfies Record<string, CheckDef>);

/** Checks of every JWT. A present token that fails is untrusted, whatever is wrong with it. */
export const TOKEN_CHECKS: JwtChecks<'APP_CHECK_TOKEN'> = jwtChecks(
  'APP_CHECK_TOKEN',
  'the App Check token',
  'untrusted',
);

/** Checks of what Firebase's tokens say beyond that. */
export const CLAIM_CHECKS = freezeJson({
  audienceList: {
    name: 'aud is a list',
    code: 'ERR_APP_CHECK_TOKEN_AUDIENCE_INVALID',
    stage: 'untrusted',
    says: 'the audience (`aud`) of the App Check token is not a list',
    spec: SPEC,
  },
  issuedAt: {
    name: 'iat is present',
    code: 'ERR_APP_CHECK_TOKEN_IAT_MISSING',
    stage: 'untrusted',
    says: 'the App Check token does not say when it was issued (`iat`)',
    spec: SPEC,
  },
  past: {
    name: 'not issued in the future',
    code: 'ERR_APP_CHECK_TOKEN_IAT_NOT_YET_VALID',
    stage: 'untrusted',
    says: 'the App Check token was issued in the future (`iat`)',
    spec: 'RFC 7519 §4.1.6',
  },
  lifetime: {
    name: 'lifetime of a token',
    code: 'ERR_APP_CHECK_TOKEN_LIFETIME_INVALID',
    stage: 'untrusted',
    says: 'the lifetime of the App Check token (`exp` - `iat`) is not between zero and the seven days that Firebase allows',
    spec: 'Firebase App Check, token time-to-live',
  },
  subject: {
    name: 'sub is present',
    code: 'ERR_APP_CHECK_TOKEN_SUBJECT_INVALID',
    stage: 'untrusted',
    says: 'the App Check token names no app (`sub`)',
    spec: SPEC,
  },
  app: {
    name: 'app allowed',
    code: 'ERR_APP_CHECK_TOKEN_APP_MISMATCH',
    stage: 'untrusted',
    says: 'the App Check token belongs to an app that is not allowed here (`sub`)',
    spec: SPEC,
  },
  provider: {
    name: 'provider is a string',
    code: 'ERR_APP_CHECK_PROVIDER_MALFORMED',
    stage: 'untrusted',
    says: 'the claim `provider` of the App Check token is not a string',
    spec: PROVIDER,
  },
  debug: {
    name: 'no debug provider',
    code: 'ERR_APP_CHECK_PROVIDER_DENIED',
    stage: 'denied',
    says: 'the App Check token comes from the debug provider, which attests nothing (`provider`)',
    spec: PROVIDER,
  },
} as const satisfies Record<string, CheckDef>);

/** Checks of a token that is good for one use. */
export const CONSUME_CHECKS = freezeJson({
  limited: {
    name: 'limited-use token',
    code: 'ERR_APP_CHECK_TOKEN_LIMITED_USE_MISMATCH',
    stage: 'untrusted',
    says: 'the App Check token is not a limited-use token: it lives for 30 minutes or longer (`exp` - `iat`)',
    spec: REPLAY,
  },
  identified: {
    name: 'jti is present',
    code: 'ERR_APP_CHECK_JTI_MISSING',
    stage: 'untrusted',
    says: 'the App Check token has no identifier (`jti`) by which its use could be remembered',
    spec: 'RFC 7519 §4.1.7; Firebase, AppCheckTokenOptions.jti',
  },
  accepted: {
    name: 'token accepted by Firebase',
    code: 'ERR_APP_CHECK_TOKEN_INVALID',
    stage: 'untrusted',
    says: 'Firebase does not accept the App Check token, or the account that asked lacks the role App Check Token Verifier',
    spec: 'Firebase, verifyAppCheckToken',
  },
  configured: {
    name: 'allowed to consume',
    code: 'ERR_APP_CHECK_CONFIGURATION_FAILED',
    stage: 'unavailable',
    says: 'Google does not let this server consume App Check tokens: check the service account, the API and the project',
    spec: 'Firebase, verifyAppCheckToken',
  },
  quota: {
    name: 'within the quota',
    code: 'ERR_APP_CHECK_QUOTA_UNAVAILABLE',
    stage: 'unavailable',
    says: 'the quota for consuming App Check tokens is used up',
    spec: 'Firebase App Check, quotas and limits',
  },
  reachable: {
    name: 'consuming available',
    code: 'ERR_APP_CHECK_UNAVAILABLE',
    stage: 'unavailable',
    says: 'App Check tokens cannot be consumed at the moment',
    spec: 'Firebase, verifyAppCheckToken',
  },
  unused: {
    name: 'not used before',
    code: 'ERR_APP_CHECK_TOKEN_REUSED',
    stage: 'untrusted',
    says: 'the App Check token was used before',
    spec: REPLAY,
  },
} as const satisfies Record<string, CheckDef>);

/** The check of an enrolled device against the current configuration. */
export const POLICY_CHECKS = freezeJson({
  configured: {
    name: 'app still configured',
    code: 'ERR_APP_CHECK_APP_DENIED',
    stage: 'denied',
    says: 'the app that the device was enrolled with is not configured any more',
    spec: 'attestkit, policy',
  },
} as const satisfies Record<string, CheckDef>);

/** The catalog, in the order of verification. */
export const APP_CHECK_CHECKS = catalog(
  FIELD_CHECKS,
  TOKEN_CHECKS,
  CLAIM_CHECKS,
  CONSUME_CHECKS,
  POLICY_CHECKS,
);
