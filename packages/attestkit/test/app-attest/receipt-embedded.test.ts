import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { verifyAppAttestAttestation } from '../../src/app-attest/attestation/attestation.js';
import { appAttest } from '../../src/app-attest/enrollment-evidence.js';
import { inspectAppAttestReceipt, verifyAppAttestReceipt } from '../../src/app-attest/receipt/verify.js';
import type { Enrolled, EnrollmentContext } from '../../src/ports/enrollment.js';
import { refusal } from '../approov/support/tokens.js';
import { vectors } from '../vectors.js';
import { failed } from './support/receipts.js';

interface Vector {
  readonly appId: string;
  readonly keyId: string;
  readonly attestation: string;
  readonly challenge?: string;
  readonly clientDataHash?: string;
  readonly at: string;
  readonly expected: { readonly verdict: string };
}

const real = vectors('app-attest/attestation-');
const attestations = real.files
  .map((file) => [file.file, file as unknown as Vector] as const)
  .filter(
    ([
      ,
      {
        expected: { verdict },
      },
    ]) => verdict === 'pass',
  );

function base64(text: string): Buffer {
  return Buffer.from(text, 'base64');
}

/** The receipt inside a real attestation, and everything that ties the two together. */
function embedded({ appId, keyId, attestation, challenge = '', clientDataHash, at }: Vector) {
  const hash =
    clientDataHash === undefined
      ? createHash('sha256').update(base64(challenge)).digest()
      : base64(clientDataHash);
  const environments = ['production', 'development'] as const;
  const now = Date.parse(at);
  const wanted = { appIds: [appId], keyId, clientDataHash: hash, environments, now };
  const { receipt, key, environment, certificate } = verifyAppAttestAttestation(base64(attestation), wanted);
  const expected = {
    appIds: [appId],
    publicKey: key.publicKey,
    environment,
    leafCertificate: certificate,
    clientDataHash: hash,
    now,
  };
  return { receipt, expected };
}

describe('receipts of real attestations', () => {
  real.run('are there', () => {
    expect(attestations.length).toBeGreaterThanOrEqual(17);
  });

  it.each(attestations)('are of the same app, certificate, client data and environment: %s', (_, vector) => {
    const { receipt, expected } = embedded(vector);
    const result = verifyAppAttestReceipt(receipt, expected);
    expect(result).toMatchObject({ type: 'ATTEST', riskMetric: undefined, virtual: false });
    const fresh = { ...expected, now: result.createdAt + 300_000, maxAgeSeconds: 300 };
    expect(verifyAppAttestReceipt(receipt, fresh)).toEqual(result);
    // The vectors are verified half a day or two days after they were made.
    const { code } = refusal(() => verifyAppAttestReceipt(receipt, { ...expected, maxAgeSeconds: 300 }));
    expect(code).toBe('ERR_APP_ATTEST_RECEIPT_TOO_OLD');
  });

  real.run('come with keys that enroll, and that nothing marks as made for testing', () => {
    let enrolled = 0;
    for (const [, vector] of attestations) {
      const challenge = base64(vector.challenge ?? '').toString('utf8');
      if (challenge === '' || Buffer.from(challenge).toString('base64') !== vector.challenge) continue;
      const { receipt, expected } = embedded(vector);
      const now = verifyAppAttestReceipt(receipt, expected).createdAt + 1000;
      const { appId, keyId, attestation } = vector;
      const provider = appAttest({ appIds: [appId], environments: ['production', 'development'] });
      const fields = { key_id: keyId, attestation };
      const record = provider.verify(fields, { challenge, deviceId: 'phone', now } as EnrollmentContext);
      expect(record).toMatchObject({ kind: 'appAttest', appId, environment: expected.environment });
      expect(record).not.toHaveProperty('virtual');
      expect(record).not.toHaveProperty('withheld');
      expect(() => provider.appraise(record as Enrolled, now)).not.toThrow();
      enrolled += 1;
    }
    expect(enrolled).toBeGreaterThan(2);
  });

  real.run('are not taken for one another', () => {
    const all = attestations.map(([, vector]) => embedded(vector));
    for (const [at, { receipt }] of all.entries()) {
      const { expected } = all[(at + 1) % all.length] as (typeof all)[number];
      const inspection = inspectAppAttestReceipt(receipt, expected);
      expect(inspection.verdict).toBe('fail');
      expect(failed(inspection.checks)).toEqual(
        expect.arrayContaining([
          'ERR_APP_ATTEST_RECEIPT_KEY_MISMATCH',
          'ERR_APP_ATTEST_RECEIPT_LEAF_MISMATCH',
        ]),
      );
    }
  });
});
