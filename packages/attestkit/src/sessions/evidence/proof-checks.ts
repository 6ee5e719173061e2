import { freezeJson } from '../../kernel/bytes/json.js';
import type { CheckDef } from '../../ports/checks.js';

/** Checks of a proof by an enrolled key over a request, in the order of verification; then the kind's own follow. */
export const PROOF_CHECKS = freezeJson({
  present: {
    name: 'assertion present',
    code: 'ERR_ASSERTION_MISSING',
    stage: 'missing',
    says: 'the request has no assertion',
    spec: 'attestkit, signed requests',
  },
  single: {
    name: 'assertion field once',
    code: 'ERR_ASSERTION_REPEATED',
    stage: 'malformed',
    says: 'the request has an assertion more than once',
    spec: 'RFC 9110 §5.3',
  },
  size: {
    name: 'assertion field size',
    code: 'ERR_ASSERTION_TOO_LARGE',
    stage: 'malformed',
    says: 'the field of the assertion is longer than any genuine one',
    spec: 'attestkit, input caps',
  },
  readable: {
    name: 'assertion field readable',
    code: 'ERR_ASSERTION_MALFORMED',
    stage: 'malformed',
    says: 'the field of the assertion is not a list of parameters, or has one twice',
    spec: 'RFC 9110 §11.2',
  },
  version: {
    name: 'assertion version',
    code: 'ERR_ASSERTION_VERSION_UNKNOWN',
    stage: 'malformed',
    says: 'the field of the assertion does not say `v=1`',
    spec: 'attestkit, signed requests',
  },
  parameters: {
    name: 'assertion parameters',
    code: 'ERR_ASSERTION_PARAMETERS_MALFORMED',
    stage: 'malformed',
    says: 'the field of the assertion lacks a parameter, has one that is not known, or one without a value',
    spec: 'attestkit, signed requests',
  },
  keyId: {
    name: 'assertion key id',
    code: 'ERR_ASSERTION_KEY_ID_MALFORMED',
    stage: 'malformed',
    says: 'the parameter `key_id` is not the base64 or base64url of 32 bytes',
    spec: 'RFC 4648 §4, §5',
  },
  lines: {
    name: 'signed lines',
    code: 'ERR_ASSERTION_LINES_MALFORMED',
    stage: 'malformed',
    says: 'the request has a method, a target or another part that cannot be part of a signed line',
    spec: 'attestkit, signed requests',
  },
  challengePresent: {
    name: 'assertion challenge',
    code: 'ERR_ASSERTION_CHALLENGE_MISSING',
    stage: 'missing',
    says: 'the assertion has no counter, or the route demands more than one, and the request has no challenge',
    spec: 'attestkit, signed requests',
  },
  keyKnown: {
    name: 'assertion key enrolled',
    code: 'ERR_ASSERTION_KEY_UNKNOWN',
    stage: 'untrusted',
    says: 'the assertion names a key that is not the current key of a device',
    spec: 'attestkit, signed requests',
  },
  keyOwned: {
    name: 'assertion key of the device',
    code: 'ERR_ASSERTION_KEY_MISMATCH',
    stage: 'untrusted',
    says: 'the assertion names another key than the one that the session was issued for',
    spec: 'attestkit, signed requests',
  },
  counter: {
    name: 'assertion counter',
    code: 'ERR_ASSERTION_COUNTER_REUSED',
    stage: 'untrusted',
    says: 'the counter of the assertion was used before, or is not above the highest one',
    spec: 'Apple, Verify the assertion, step 5',
  },
} as const satisfies Record<string, CheckDef>);
