import { freezeJson } from '../kernel/bytes/json.js';
import { catalog } from '../kernel/catalog.js';
import { jwtChecks, type JwtChecks } from '../kernel/jose/jwt-checks.js';
import type { CheckDef } from '../ports/checks.js';
import { SIGNATURE_CHECKS } from './message-signing/checks.js';

const SPEC = 'Approov, backend integration';

/** Checks of the request's header field, before there is a token to verify. */
export const FIELD_CHECKS = freezeJson({
  present: {
    name: 'token present',
    code: 'ERR_APPROOV_TOKEN_MISSING',
    stage: 'missing',
    says: 'the request has no Approov token',
    spec: SPEC,
  },
  fetched: {
    name: 'token fetched',
    code: 'ERR_APPROOV_TOKEN_FETCH_FAILED',
    stage: 'missing',
    says: 'the app could not fetch an Approov token and sent its network status instead',
    spec: 'Approov SDK, setUseApproovStatusIfNoToken',
  },
  single: {
    name: 'token field once',
    code: 'ERR_APPROOV_TOKEN_REPEATED',
    stage: 'malformed',
    says: 'the request has the Approov token field more than once',
    spec: 'RFC 9110 §5.3',
  },
  prefix: {
    name: 'token prefix',
    code: 'ERR_APPROOV_TOKEN_PREFIX_MISMATCH',
    stage: 'untrusted',
    says: 'the value of the Approov token field does not begin with the configured prefix',
    spec: 'Approov SDK, setApproovHeader',
  },
} as const satisfies Record<string, CheckDef>);

/** Checks of the token itself. A present token that fails is untrusted, whatever is wrong with it. */
export const TOKEN_CHECKS: JwtChecks<'APPROOV_TOKEN'> = jwtChecks(
  'APPROOV_TOKEN',
  'the Approov token',
  'untrusted',
);

/** Checks of the token binding. */
export const BINDING_CHECKS = freezeJson({
  dataAvailable: {
    name: 'binding data available',
    code: 'ERR_APPROOV_BINDING_DATA_FAILED',
    stage: 'unavailable',
    says: 'the application could not say what the Approov token should be bound to',
    spec: 'Approov, setDataHashInToken',
    unexpected: true,
  },
  headerPresent: {
    name: 'binding header present',
    code: 'ERR_APPROOV_BINDING_HEADER_MISSING',
    stage: 'missing',
    says: 'the request has no value to which the Approov token could be bound',
    spec: 'Approov, token binding',
  },
  headerSingle: {
    name: 'binding header once',
    code: 'ERR_APPROOV_BINDING_HEADER_REPEATED',
    stage: 'malformed',
    says: 'the request has a binding header more than once',
    spec: 'RFC 9110 §5.3',
  },
  claimPresent: {
    name: 'pay is present',
    code: 'ERR_APPROOV_BINDING_CLAIM_MISSING',
    stage: 'untrusted',
    says: 'the Approov token has no claim (`pay`) to verify the token binding',
    spec: 'Approov, token binding',
  },
  claimDigest: {
    name: 'pay is a digest',
    code: 'ERR_APPROOV_BINDING_CLAIM_INVALID',
    stage: 'untrusted',
    says: 'the claim `pay` of the Approov token is not the padded base64 of a SHA-256 digest',
    spec: 'Approov, token binding; RFC 4648 §4',
  },
  matches: {
    name: 'binding matches',
    code: 'ERR_APPROOV_BINDING_MISMATCH',
    stage: 'untrusted',
    says: 'the Approov token is bound to another value than the one in the request',
    spec: 'Approov, token binding',
  },
} as const satisfies Record<string, CheckDef>);

/** The catalog, in the order of verification. */
export const APPROOV_CHECKS = catalog(FIELD_CHECKS, TOKEN_CHECKS, BINDING_CHECKS, SIGNATURE_CHECKS);
