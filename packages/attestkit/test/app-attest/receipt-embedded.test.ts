import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { verifyAppAttestAttestation } from '../../src/app-attest/attestation/attestation.js';
import { inspectAppAttestReceipt, verifyAppAttestReceipt } from '../../src/app-attest/receipt/verify.js';
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
