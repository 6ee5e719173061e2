import { createHash, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createAppAttestCache } from '../../src/app-attest/cache.js';
import { receiptAnchors } from '../../src/app-attest/receipt/roots.js';
import {
  inspectAppAttestReceipt,
  verifyAppAttestReceipt,
  type ReceiptExpectations,
} from '../../src/app-attest/receipt/verify.js';
import { newKeys } from '../../../testing/src/apple/authorities.js';
import { refusal } from '../approov/support/tokens.js';
import { vectors } from '../vectors.js';
import { failed } from './support/receipts.js';

interface Vector {
  readonly appId: string;
  readonly environment: 'sandbox' | 'production';
  readonly receiptType: string;
  readonly publicKey: string;
  readonly receipt: string;
  readonly at: string;
  readonly expected: { readonly verdict: string; readonly riskMetric?: number };
}

const real = vectors('app-attest/receipt-');
const receipts = real.files.map((file) => [file.file, file as unknown as Vector] as const);
const cache = createAppAttestCache();

function expectations({ appId, environment, publicKey, at }: Vector): ReceiptExpectations {
  const named = environment === 'sandbox' ? 'development' : 'production';
  return { appIds: [appId], publicKey, environment: named, maxAgeSeconds: 300, now: Date.parse(at), cache };
}

it('is pinned to Apple Root CA - G3', () => {
  const [anchor, second] = receiptAnchors(undefined);
  expect(second).toBeUndefined();
  const der = anchor?.certificate.der ?? new Uint8Array();
  expect(createHash('sha256').update(der).digest('hex')).toBe(
    '63343abfb89a6a03ebb57e9b3f5fa7be7c4f5c756f3017b3a8c488c3653e9179',
  );
  expect(new X509Certificate(der).subject).toContain('CN=Apple Root CA - G3');
  expect(anchor?.virtual).toBe(false);
  expect(receiptAnchors([der])[0]?.virtual).toBe(false);
});

describe('real receipts', () => {
  real.run('are there', () => {
    expect(receipts.length).toBeGreaterThanOrEqual(27);
    expect(receipts.filter(([, { expected }]) => expected.riskMetric !== undefined).length).toBeGreaterThan(
      8,
    );
  });

  it.each(receipts)('%s', (_, vector) => {
    const bytes = Buffer.from(vector.receipt, 'base64');
    const inspection = inspectAppAttestReceipt(bytes, expectations(vector));
    expect(inspection.verdict).toBe(vector.expected.verdict);
    if (inspection.verdict === 'fail') {
      const error = refusal(() => verifyAppAttestReceipt(bytes, expectations(vector)));
      expect(failed(inspection.checks)).toEqual([error.code]);
      return;
    }
    const result = verifyAppAttestReceipt(bytes, expectations(vector));
    expect(result).toEqual(inspection.result);
    expect(result).toMatchObject({ appId: vector.appId, type: vector.receiptType, virtual: false });
    expect(result.riskMetric).toBe(vector.expected.riskMetric);
    expect(result.createdAt).toBe(Date.parse(vector.at));
    expect(result.expiresAt - result.createdAt).toBe(90 * 86_400_000);
    expect(result.notBefore).toBe(
      vector.receiptType === 'ATTEST' ? undefined : result.createdAt + 86_400_000,
    );
  });

  const genuine = receipts.filter(([, { expected }]) => expected.verdict === 'pass');

  real.run('fail for another app, key, environment or time', () => {
    const other = newKeys('P-256').publicKey;
    for (const [, vector] of genuine) {
      const bytes = Buffer.from(vector.receipt, 'base64');
      const sound = expectations(vector);
      const codes = [
        { appIds: [`${vector.appId}2`] },
        { publicKey: other },
        {
          environment:
            sound.environment === 'production' ? ('development' as const) : ('production' as const),
        },
        { now: (sound.now ?? 0) + 300_001 },
        { now: (sound.now ?? 0) + 90 * 86_400_000, maxAgeSeconds: undefined },
      ].map((change) => refusal(() => verifyAppAttestReceipt(bytes, { ...sound, ...change })).code);
      expect(codes).toEqual([
        'ERR_APP_ATTEST_RECEIPT_APP_ID_MISMATCH',
        'ERR_APP_ATTEST_RECEIPT_KEY_MISMATCH',
        'ERR_APP_ATTEST_RECEIPT_ENVIRONMENT_MISMATCH',
        'ERR_APP_ATTEST_RECEIPT_TOO_OLD',
        'ERR_APP_ATTEST_RECEIPT_EXPIRED',
      ]);
    }
  });

  /** One of each form: BER in pieces, and DER. */
  const forms = [genuine[0], genuine.find(([, { receipt }]) => Buffer.from(receipt, 'base64')[1] !== 0x80)];

  real.run('fail wherever they are cut', () => {
    for (const form of forms) {
      const [, vector] = form ?? expect.fail('there is no such form');
      const bytes = Buffer.from(vector.receipt, 'base64');
      for (let length = 0; length < bytes.length; length += 1)
        expect(() => verifyAppAttestReceipt(bytes.subarray(0, length), expectations(vector))).toThrow(
          expect.objectContaining({ code: 'ERR_APP_ATTEST_RECEIPT_MALFORMED' }),
        );
    }
  });

  real.run(
    'with one octet changed fail the same for verifier and inspector, or say the same as before',
    () => {
      let accepted = 0;
      for (const form of forms) {
        const [, vector] = form ?? expect.fail('there is no such form');
        const bytes = Buffer.from(vector.receipt, 'base64');
        const sound = expectations(vector);
        const whole = verifyAppAttestReceipt(bytes, sound);
        for (let at = 0; at < bytes.length; at += 11) {
          const mutant = Buffer.from(bytes);
          mutant.writeUInt8(mutant.readUInt8(at) ^ (1 << (at % 8)), at);
          const inspection = inspectAppAttestReceipt(mutant, sound);
          if (inspection.verdict === 'fail') {
            expect(refusal(() => verifyAppAttestReceipt(mutant, sound)).code).toBe(inspection.code);
          } else {
            expect(inspection.result).toEqual(whole);
            accepted += 1;
          }
        }
      }
      // Only in the copy of the root, which nobody reads: the pinned one counts.
      expect(accepted).toBeGreaterThan(0);
    },
  );
});
