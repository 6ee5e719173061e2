// Why this exists: a code that no mutant met in a long run is a gap of the mutators, so the report names it.
import type { Kind } from '../kinds/kinds.js';
import type { Subject } from './subject.js';

/**
 * The codes that a run can meet, by kind. The codes about records, body fields and the store are left out, because the
 * functions under test never give them.
 */
export function reachableCodes(subject: Subject): Readonly<Record<Kind, readonly string[]>> {
  const { APPROOV_CHECKS, APP_ATTEST_CHECKS, SESSIONS_CHECKS, KEY_ATTESTATION_CHECKS } = subject;
  const { PLAY_INTEGRITY_CHECKS, APP_CHECK_CHECKS, DESCRIPTION_CHECKS } = subject;
  return {
    approov: codesOf(
      APPROOV_CHECKS,
      /^ERR_APPROOV_TOKEN_(?!(MISSING|FETCH_FAILED|REPEATED|PREFIX_MISMATCH)$)/,
    ),
    attestation: codesOf(
      APP_ATTEST_CHECKS,
      /^ERR_APP_ATTEST_(?!ASSERTION_|RECEIPT_|KEY_ID_MISSING$|MISSING$|ENCODING_MALFORMED$|(APP_ID|VIRTUAL|RISK)_DENIED$)/,
    ),
    assertion: codesOf(APP_ATTEST_CHECKS, /^ERR_APP_ATTEST_ASSERTION_(?!ENCODING_MALFORMED$|KEY_UNKNOWN$)/),
    receipt: codesOf(APP_ATTEST_CHECKS, /^ERR_APP_ATTEST_RECEIPT_/),
    session: codesOf(
      SESSIONS_CHECKS,
      /^ERR_(SESSION_(?!MISSING$|REPEATED$|ENDED$|DEVICE_BLOCKED$|USER_BLOCKED$|BINDING_IP_MISMATCH$|BINDING_USER_AGENT_MISMATCH$|SIGNER_FAILED$)|CHALLENGE_(?!(REUSED|LIMIT)$)|REFRESH_(MALFORMED|UNKNOWN)$|ASSERTION_(?!REPEATED$|LINES_MALFORMED$|CHALLENGE_MISSING$|KEY_MISMATCH$|COUNTER_REUSED$))/,
    ),
    'key-attestation': codesOf(
      KEY_ATTESTATION_CHECKS,
      /^ERR_KEY_ATTESTATION_(?!MISSING$|ENCODING_MALFORMED$|SIGNATURE_|REQUEST_SIGNATURE_|KEY_|MODULES_|REVO|ENROLLED_|(?!DEVICE_UNLOCKED_).*_DENIED$)/,
    ),
    'key-description': [DESCRIPTION_CHECKS.readable.code],
    'play-integrity': codesOf(PLAY_INTEGRITY_CHECKS, /^ERR_PLAY_INTEGRITY_/),
    verdict: codesOf(PLAY_INTEGRITY_CHECKS, /^ERR_PLAY_INTEGRITY_(?!TOKEN_|JWS_)/),
    'app-check': codesOf(
      APP_CHECK_CHECKS,
      /^ERR_APP_CHECK_TOKEN_(?!MISSING$|REPEATED$|LIMITED_USE_MISMATCH$|INVALID$|REUSED$)/,
    ),
  };
}

function codesOf(checks: readonly { readonly code: string }[], wanted: RegExp): string[] {
  return checks.map(({ code }) => code).filter((code) => wanted.test(code));
}
