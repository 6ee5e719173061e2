import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { attestationAnchors } from '../../src/app-attest/attestation/additional-roots.js';
import {
  appAttest,
  verifyAppAttestAttestation,
  type AppAttestOptions,
  type AttestationExpectations,
} from '../../src/app-attest/index.js';
import { receiptAnchors } from '../../src/app-attest/receipt/roots.js';
import { APPLE_APP_ATTESTATION_ROOT, trustAnchors } from '../../src/app-attest/attestation/roots.js';
import type { EnrollmentContext } from '../../src/ports/enrollment.js';
import { newKeys } from '../kernel/support/certificates.js';
import {
  APP_ID,
  CHALLENGE,
  forge,
  INTERMEDIATE_DER,
  makeRoot,
  NOW,
  RECEIPT_ROOT,
  ROOT_DER,
} from './support/forge.js';
import { judge } from './support/judge.js';

const { attestation, expected } = await forge({ ownReceipt: true });
const stranger = await newKeys('P-384');
const other = await makeRoot({ publicKey: stranger.publicKey, signingKey: stranger.privateKey });
const production: AttestationExpectations = { ...expected, roots: undefined, additionalRoots: [ROOT_DER] };

describe('a root that is pinned beside Apple’s', () => {
  it('vouches for attestations that nothing marks as made for testing', () => {
    expect(judge(attestation, { ...expected, roots: undefined })).toBe('ERR_APP_ATTEST_ROOT_UNKNOWN');
    expect(verifyAppAttestAttestation(attestation, production).virtual).toBe(false);
    const pem = new X509Certificate(ROOT_DER).toString();
    expect(verifyAppAttestAttestation(attestation, { ...production, additionalRoots: [pem] }).virtual).toBe(
      false,
    );
    expect(judge(attestation, { ...production, additionalRoots: [other] })).toBe(
      'ERR_APP_ATTEST_ROOT_UNKNOWN',
    );
    expect(judge(attestation, { ...production, now: NOW + 400 * 86_400_000 })).toBe(
      'ERR_APP_ATTEST_CERTIFICATE_EXPIRED',
    );
  });

  it('leaves Apple’s where it is', () => {
    const marks = (anchors: ReturnType<typeof attestationAnchors>): unknown =>
      anchors.map(({ virtual, additional }) => [virtual, additional]);
    expect(marks(attestationAnchors(undefined, [ROOT_DER]))).toEqual([
      [false, false],
      [false, true],
    ]);
    expect(marks(attestationAnchors(undefined, [APPLE_APP_ATTESTATION_ROOT]))).toEqual([[false, false]]);
    expect(marks(attestationAnchors([ROOT_DER], [other]))).toEqual([
      [true, false],
      [false, true],
    ]);
    expect(attestationAnchors(undefined, undefined)).toEqual(trustAnchors(undefined));
  });

  it('does not vouch for receipts', async () => {
    const fields = {
      key_id: String(Buffer.from(expected.keyId as Buffer).toString('base64')),
      attestation: attestation.toString('base64'),
    };
    const evidence = appAttest({ appIds: [APP_ID], additionalRoots: [ROOT_DER] });
    const context = { challenge: CHALLENGE, deviceId: 'phone', now: NOW } as EnrollmentContext;
    expect(() => evidence.verify(fields, context)).toThrow(
      expect.objectContaining({ code: 'ERR_APP_ATTEST_RECEIPT_ROOT_UNKNOWN' }),
    );
  });

  it('ends the records under it when it is taken out', async () => {
    const fields = {
      key_id: Buffer.from(expected.keyId as Buffer).toString('base64'),
      attestation: attestation.toString('base64'),
    };
    const context = { challenge: CHALLENGE, deviceId: 'phone', now: NOW } as EnrollmentContext;
    // Receipts of testing make the record virtual: here only the attestation's root is looked at.
    const options: AppAttestOptions = { appIds: [APP_ID], roots: [other, RECEIPT_ROOT] };
    const pinned = appAttest({ ...options, additionalRoots: [ROOT_DER] });
    const enrolled = await pinned.verify(fields, context);
    expect(() => pinned.appraise(enrolled, NOW)).not.toThrow();
    expect(() => appAttest(options).appraise(enrolled, NOW)).toThrow(
      expect.objectContaining({ code: 'ERR_APP_ATTEST_ROOT_DENIED' }),
    );
    const testing = appAttest({ appIds: [APP_ID], roots: [ROOT_DER, RECEIPT_ROOT] });
    expect(await testing.verify(fields, context)).not.toHaveProperty('withheld');
  });
});

describe('cannot be pinned', () => {
  const [general] = receiptAnchors(undefined);
  it.each<readonly [string, unknown, RegExp]>([
    ['text', 'a root', /cannot be read/],
    ['nothing', undefined, /cannot be read/],
    ['an intermediate', INTERMEDIATE_DER, /is not signed by itself/],
    ['Apple’s general root', Buffer.from(general?.certificate.der ?? []), /Apple Root CA - G3/],
  ])('%s', (_, wrong, problem) => {
    const options = { appIds: [APP_ID], additionalRoots: [wrong] } as AppAttestOptions;
    expect(() => appAttest(options)).toThrow(expect.objectContaining({ variable: 'additionalRoots' }));
    expect(() => appAttest(options)).toThrow(problem);
    expect(() =>
      verifyAppAttestAttestation(attestation, { ...production, additionalRoots: [wrong as Buffer] }),
    ).toThrow(problem);
  });

  it('a root that is for testing too', () => {
    expect(() => attestationAnchors([ROOT_DER], [ROOT_DER])).toThrow(/has for testing/);
  });
});
