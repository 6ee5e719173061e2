// Why this exists: a code that no mutant met in a long run is a gap of the mutators, so the report names it.
import { CATALOG } from 'attestkit/catalog';
import type { Kind } from '../kinds/kinds.js';
import type { Subject } from './subject.js';

/**
 * The codes that a run can meet, by kind. The codes about records, body fields and the store are left out, because the
 * functions under test never give them.
 */
export function reachableCodes(subject: Subject): Readonly<Record<Kind, readonly string[]>> {
  return {
    approov: codesOf('approov', /^ERR_APPROOV_TOKEN_(?!(MISSING|FETCH_FAILED|REPEATED|PREFIX_MISMATCH)$)/),
    'message-signing': codesOf(
      'approov',
      /^ERR_APPROOV_SIGNATURE_(?!(KEY_MISSING|KEY_INVALID|TOO_LARGE|REUSED)$)/,
    ),
    attestation: codesOf(
      'app-attest',
      /^ERR_APP_ATTEST_(?!ASSERTION_|RECEIPT_|KEY_ID_MISSING$|MISSING$|ENCODING_MALFORMED$|(APP_ID|VIRTUAL|RISK)_DENIED$)/,
    ),
    assertion: codesOf('app-attest', /^ERR_APP_ATTEST_ASSERTION_(?!ENCODING_MALFORMED$|KEY_UNKNOWN$)/),
    receipt: codesOf('app-attest', /^ERR_APP_ATTEST_RECEIPT_/),
    session: codesOf(
      'sessions',
      /^ERR_(SESSION_(?!MISSING$|REPEATED$|ENDED$|DEVICE_BLOCKED$|USER_BLOCKED$|BINDING_IP_MISMATCH$|BINDING_USER_AGENT_MISMATCH$|SIGNER_FAILED$)|CHALLENGE_(?!(REUSED|LIMIT)$)|REFRESH_(MALFORMED|UNKNOWN)$|ASSERTION_(?!REPEATED$|LINES_MALFORMED$|CHALLENGE_MISSING$|KEY_MISMATCH$|COUNTER_REUSED$))/,
    ),
    'key-attestation': codesOf(
      'key-attestation',
      /^ERR_KEY_ATTESTATION_(?!MISSING$|ENCODING_MALFORMED$|SIGNATURE_|REQUEST_SIGNATURE_|KEY_|MODULES_|REVO|ENROLLED_|(?!DEVICE_UNLOCKED_).*_DENIED$)/,
    ),
    'key-description': [subject.DESCRIPTION_CHECKS.readable.code],
    'play-integrity': codesOf('play-integrity', /^ERR_PLAY_INTEGRITY_/),
    verdict: codesOf('play-integrity', /^ERR_PLAY_INTEGRITY_(?!TOKEN_|JWS_)/),
    'app-check': codesOf(
      'app-check',
      /^ERR_APP_CHECK_TOKEN_(?!MISSING$|REPEATED$|LIMITED_USE_MISMATCH$|INVALID$|REUSED$)/,
    ),
  };
}

function codesOf(room: keyof typeof CATALOG, wanted: RegExp): string[] {
  return CATALOG[room].checks.map(({ code }): string => code).filter((code) => wanted.test(code));
}
