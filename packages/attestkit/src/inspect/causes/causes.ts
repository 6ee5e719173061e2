import { APP_ATTEST_CAUSES } from './app-attest.js';
import { RECEIPT_CAUSES } from './app-attest-receipt.js';
import { APP_CHECK_CAUSES } from './app-check.js';
import { APPROOV_CAUSES } from './approov.js';
import type { Cause } from './cause.js';
import { DEVELOPMENT_CAUSES } from './development.js';
import { ENROLLMENT_CAUSES } from './enrollment.js';
import { KEY_ATTESTATION_CAUSES } from './key-attestation.js';
import { PLAY_INTEGRITY_CAUSES } from './play-integrity.js';
import { SERVER_CAUSES } from './server.js';
import { SESSION_CAUSES } from './sessions.js';
import { SIGNED_TOKEN_CAUSES } from './signed-token.js';

/** By code, for the codes of all rooms. */
export const CAUSES: ReadonlyMap<string, Cause> = new Map(
  Object.entries({
    ...APPROOV_CAUSES,
    ...APP_ATTEST_CAUSES,
    ...RECEIPT_CAUSES,
    ...KEY_ATTESTATION_CAUSES,
    ...PLAY_INTEGRITY_CAUSES,
    ...APP_CHECK_CAUSES,
    ...SIGNED_TOKEN_CAUSES,
    ...DEVELOPMENT_CAUSES,
    ...ENROLLMENT_CAUSES,
    ...SESSION_CAUSES,
    ...SERVER_CAUSES,
  }),
);

/** Why a check usually fails, and what to do about it; undefined for a code that no room has. */
export function causeOf(code: string): { readonly cause: string; readonly remedy: string } | undefined {
  const found = CAUSES.get(code);
  return found === undefined ? undefined : { cause: found[0], remedy: found[1] };
}
