// @ts-check
// Why this exists: the fuzzer takes the code under test from its caller. This is the built package, with those parts of
// it that no subpath exports, and that read what clients carry.
import { AttestationError } from 'attestkit';
import * as appAttest from 'attestkit/app-attest';
import * as appCheck from 'attestkit/app-check';
import * as approov from 'attestkit/approov';
import * as keyAttestation from 'attestkit/key-attestation';
import * as playIntegrity from 'attestkit/play-integrity';
import * as sessions from 'attestkit/sessions';
import { createVirtualApple, createVirtualGoogle, mintApproovToken } from 'attestkit/testing';
import { createVerifier } from '../../packages/attestkit/dist/app-check/verifier.js';
import { configuredKeys } from '../../packages/attestkit/dist/kernel/jose/key-source.js';
import { enforcing } from '../../packages/attestkit/dist/kernel/sinks.js';
import { DESCRIPTION_CHECKS } from '../../packages/attestkit/dist/key-attestation/description/description-checks.js';
import { readKeyDescription } from '../../packages/attestkit/dist/key-attestation/description/key-description.js';
import {
  authenticateChallenge,
  issueChallenge,
} from '../../packages/attestkit/dist/sessions/tokens/challenge.js';
import { PROOF_CHECKS } from '../../packages/attestkit/dist/sessions/evidence/proof-checks.js';
import {
  readAttestCredentials,
  readProofField,
} from '../../packages/attestkit/dist/sessions/evidence/proof-field.js';
import {
  readRefreshToken,
  refreshToken,
} from '../../packages/attestkit/dist/sessions/tokens/refresh-token.js';
import {
  deriveKeys,
  LABELS,
  readSecrets,
} from '../../packages/attestkit/dist/sessions/tokens/derived-keys.js';
import { sessionKeys } from '../../packages/attestkit/dist/sessions/tokens/session-signer.js';
import { SessionVerifier } from '../../packages/attestkit/dist/sessions/tokens/session-verifier.js';

/** @type {import('./run.js').Subject} */
export const subject = {
  AttestationError,
  ...approov,
  ...appAttest,
  ...sessions,
  ...keyAttestation,
  ...playIntegrity,
  ...appCheck,
  createVirtualApple,
  createVirtualGoogle,
  createVerifier,
  configuredKeys,
  DESCRIPTION_CHECKS,
  readKeyDescription,
  mintApproovToken,
  enforcing,
  authenticateChallenge,
  issueChallenge,
  PROOF_CHECKS,
  readAttestCredentials,
  readProofField,
  readRefreshToken,
  refreshToken,
  deriveKeys,
  LABELS,
  readSecrets,
  sessionKeys,
  SessionVerifier,
};

/** Codes that a run can meet, by kind; those of policies on records, of body fields and of the store it cannot. */
export const codes = {
  approov: codesOf(
    approov.APPROOV_CHECKS,
    /^ERR_APPROOV_TOKEN_(?!(MISSING|FETCH_FAILED|REPEATED|PREFIX_MISMATCH)$)/,
  ),
  attestation: codesOf(
    appAttest.APP_ATTEST_CHECKS,
    /^ERR_APP_ATTEST_(?!ASSERTION_|RECEIPT_|KEY_ID_MISSING$|MISSING$|ENCODING_MALFORMED$|(APP_ID|VIRTUAL|RISK)_DENIED$)/,
  ),
  assertion: codesOf(
    appAttest.APP_ATTEST_CHECKS,
    /^ERR_APP_ATTEST_ASSERTION_(?!ENCODING_MALFORMED$|KEY_UNKNOWN$)/,
  ),
  receipt: codesOf(appAttest.APP_ATTEST_CHECKS, /^ERR_APP_ATTEST_RECEIPT_/),
  session: codesOf(
    sessions.SESSIONS_CHECKS,
    /^ERR_(SESSION_(?!MISSING$|REPEATED$|ENDED$|DEVICE_BLOCKED$|USER_BLOCKED$|BINDING_IP_MISMATCH$|BINDING_USER_AGENT_MISMATCH$|SIGNER_FAILED$)|CHALLENGE_(?!(REUSED|LIMIT)$)|REFRESH_(MALFORMED|UNKNOWN)$|ASSERTION_(?!REPEATED$|LINES_MALFORMED$|CHALLENGE_MISSING$|KEY_MISMATCH$|COUNTER_REUSED$))/,
  ),
  'key-attestation': codesOf(
    keyAttestation.KEY_ATTESTATION_CHECKS,
    /^ERR_KEY_ATTESTATION_(?!MISSING$|ENCODING_MALFORMED$|SIGNATURE_|REQUEST_SIGNATURE_|KEY_|MODULES_|REVO|ENROLLED_|(?!DEVICE_UNLOCKED_).*_DENIED$)/,
  ),
  'key-description': [DESCRIPTION_CHECKS.readable.code],
  'play-integrity': codesOf(playIntegrity.PLAY_INTEGRITY_CHECKS, /^ERR_PLAY_INTEGRITY_/),
  verdict: codesOf(playIntegrity.PLAY_INTEGRITY_CHECKS, /^ERR_PLAY_INTEGRITY_(?!TOKEN_|JWS_)/),
  'app-check': codesOf(
    appCheck.APP_CHECK_CHECKS,
    /^ERR_APP_CHECK_TOKEN_(?!MISSING$|REPEATED$|LIMITED_USE_MISMATCH$|INVALID$|REUSED$)/,
  ),
};

/** @param {readonly { code: string }[]} checks @param {RegExp} wanted */
function codesOf(checks, wanted) {
  return checks.map(({ code }) => code).filter((code) => wanted.test(code));
}
