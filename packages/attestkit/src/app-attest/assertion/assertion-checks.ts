import { freezeJson } from '../../kernel/bytes/json.js';
import type { CheckDef } from '../../ports/checks.js';
import { launchChecks } from '../launch-checks.js';

/** Apple, "Validating apps that connect to your server". */
const ASSERT = 'Apple, Verify the assertion';

/** Checks of an assertion. */
export const ASSERTION_CHECKS = freezeJson({
  encoding: {
    name: 'assertion in base64',
    code: 'ERR_APP_ATTEST_ASSERTION_ENCODING_MALFORMED',
    stage: 'malformed',
    says: 'the assertion is not base64 or base64url of at most 4 KiB',
    spec: 'RFC 4648 §3.5, §4, §5',
  },
  size: {
    name: 'assertion size',
    code: 'ERR_APP_ATTEST_ASSERTION_TOO_LARGE',
    stage: 'malformed',
    says: 'the assertion is longer than 4 KiB',
    spec: 'attestkit, limits',
  },
  cbor: {
    name: 'assertion is one CBOR map',
    code: 'ERR_APP_ATTEST_ASSERTION_CBOR_MALFORMED',
    stage: 'malformed',
    says: 'the assertion is not one CBOR map by text in its strict form, with nothing after it',
    spec: 'RFC 8949 §4.2.1, §5.6',
  },
  members: {
    name: 'assertion members',
    code: 'ERR_APP_ATTEST_ASSERTION_MEMBERS_MALFORMED',
    stage: 'malformed',
    says: 'the assertion does not have the byte strings `signature` and `authenticatorData`',
    spec: ASSERT,
  },
  authenticatorData: {
    name: 'assertion authenticator data layout',
    code: 'ERR_APP_ATTEST_ASSERTION_AUTH_DATA_MALFORMED',
    stage: 'malformed',
    says: 'the authenticator data of the assertion is not 37 bytes and at most one map of extensions',
    spec: 'Web Authentication §6.1',
  },
  key: {
    name: 'assertion by an enrolled key',
    code: 'ERR_APP_ATTEST_ASSERTION_KEY_UNKNOWN',
    stage: 'untrusted',
    says: 'the assertion is by a device that has enrolled no App Attest key',
    spec: `${ASSERT}, step 3`,
  },
  signature: {
    name: 'assertion signature',
    code: 'ERR_APP_ATTEST_ASSERTION_SIGNATURE_INVALID',
    stage: 'untrusted',
    says: 'the assertion is not signed by the key over this client data',
    spec: `${ASSERT}, steps 1 to 3`,
  },
  appId: {
    name: 'assertion app id matches',
    code: 'ERR_APP_ATTEST_ASSERTION_APP_ID_MISMATCH',
    stage: 'untrusted',
    says: 'the assertion is by another app than the one of the key',
    spec: `${ASSERT}, step 4`,
  },
  counter: {
    name: 'assertion counter rises',
    code: 'ERR_APP_ATTEST_ASSERTION_COUNTER_REUSED',
    stage: 'untrusted',
    says: 'the counter of the assertion is not above the last one',
    spec: `${ASSERT}, step 5`,
  },
  ...launchChecks('APP_ATTEST_ASSERTION', 'assertion', `${ASSERT}, step 7`, `${ASSERT}, step 8`),
} as const satisfies Record<string, CheckDef>);
