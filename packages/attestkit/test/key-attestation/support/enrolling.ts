import type { keyAttestation, KeyAttestationOptions } from '../../../src/key-attestation/index.js';
import { AttestationError } from '../../../src/kernel/errors.js';
import type { Enrolled, EnrollmentContext } from '../../../src/ports/enrollment.js';
import { CHALLENGE, DIGEST, NOW, PACKAGE } from './describe.js';
import { remoteDrafts, ROOT, signAll, type Draft } from './forge.js';

type Evidence = ReturnType<typeof keyAttestation>;

export const context = { challenge: CHALLENGE, deviceId: 'phone', now: NOW } as EnrollmentContext;
export const options = (more: Partial<KeyAttestationOptions> = {}): KeyAttestationOptions => ({
  apps: [{ packageName: PACKAGE, signingCertificates: [DIGEST.toString('hex')] }],
  revocations: 'not-checked',
  roots: [ROOT],
  ...more,
});
export const sent = (chain: readonly Buffer[], encoding: BufferEncoding = 'base64'): string[] =>
  chain.map((certificate) => certificate.toString(encoding));

export async function enroll(
  evidence: Evidence,
  drafts: readonly Draft[] = remoteDrafts(),
): Promise<Enrolled> {
  return evidence.verify({ certificate_chain: sent(signAll(drafts)) }, context);
}

/** `accepted`, or the code that something is refused with, without `ERR_KEY_ATTESTATION_`. */
export async function codeOf(run: () => unknown): Promise<string> {
  try {
    await run();
    return 'accepted';
  } catch (error) {
    if (error instanceof AttestationError) return error.code.replace('ERR_KEY_ATTESTATION_', '');
    throw error;
  }
}
