import {
  inspectKeyAttestation,
  verifyKeyAttestation,
  type KeyAttestationExpectations,
} from '../../../src/key-attestation/index.js';
import { AttestationError } from '../../../src/kernel/errors.js';

/**
 * `accepted`, or the code that a chain is refused with, without `ERR_KEY_ATTESTATION_`. Fails the test where verifier and
 * inspector disagree, and where anything but an AttestationError is thrown.
 */
export function judge(chain: readonly Uint8Array[], expected: KeyAttestationExpectations): string {
  const thrown = codeOf(() => verifyKeyAttestation(chain, expected));
  const inspection = inspectKeyAttestation(chain, expected);
  const reported = inspection.verdict === 'pass' ? 'accepted' : inspection.code;
  if (thrown !== reported) throw new Error(`the verifier says ${thrown}, the inspector ${reported}`);
  return thrown.replace('ERR_KEY_ATTESTATION_', '');
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
