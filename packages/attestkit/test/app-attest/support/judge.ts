import {
  inspectAppAttestAssertion,
  inspectAppAttestAttestation,
  verifyAppAttestAssertion,
  verifyAppAttestAttestation,
  type AssertionExpectations,
  type AttestationExpectations,
} from '../../../src/app-attest/index.js';
import { AttestationError } from '../../../src/kernel/errors.js';
import type { Inspection } from '../../../src/ports/checks.js';
import type { Recipe } from './forge.js';

/** What an attestation has wrong, the code it is refused with (after `ERR_APP_ATTEST_`), and how to make it. */
export type Refused = readonly [
  name: string,
  code: string,
  recipe: Recipe,
  expected?: Partial<AttestationExpectations>,
];

/** The code that an attestation is refused with, `accepted` otherwise. */
export function judge(attestation: Uint8Array, expected: AttestationExpectations): string {
  return sameCode(
    () => verifyAppAttestAttestation(attestation, expected),
    () => inspectAppAttestAttestation(attestation, expected),
  );
}

/** The same of an assertion. */
export function judgeAssertion(assertion: Uint8Array, expected: AssertionExpectations): string {
  return sameCode(
    () => verifyAppAttestAssertion(assertion, expected),
    () => inspectAppAttestAssertion(assertion, expected),
  );
}

/** Fails the test where verifier and inspector disagree, or where anything but an AttestationError is thrown. */
function sameCode(verify: () => unknown, inspect: () => Inspection<unknown>): string {
  const thrown = codeOf(verify);
  const inspection = inspect();
  const reported = inspection.verdict === 'pass' ? 'accepted' : inspection.code;
  if (thrown !== reported) throw new Error(`the verifier says ${thrown}, the inspector ${reported}`);
  return thrown;
}

function codeOf(verify: () => unknown): string {
  try {
    verify();
    return 'accepted';
  } catch (error) {
    if (error instanceof AttestationError) return error.code;
    throw error;
  }
}
