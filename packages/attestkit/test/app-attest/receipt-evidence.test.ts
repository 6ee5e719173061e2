import { describe, expect, it } from 'vitest';
import { APP_ATTEST_CHECKS } from '../../src/app-attest/checks.js';
import { appAttest, type AppAttestOptions } from '../../src/app-attest/enrollment-evidence.js';
import { RECEIPT_CHECKS } from '../../src/app-attest/receipt/checks.js';
import { isTextMap, readCbor, type CborValue } from '../../src/kernel/bytes/cbor.js';
import type { Enrolled } from '../../src/ports/enrollment.js';
import type { ReceiptExchanger } from '../../src/ports/receipts.js';
import { encodeCbor, map } from '../../../testing/src/encode/cbor.js';
import { createVirtualApple } from 'attestkit-testing/apple';
import { refusal } from '../approov/support/tokens.js';

const DAY = 86_400_000;
const APP = 'TEAMID1234.com.example.app';
const clock = { ms: Date.parse('2026-06-01T12:00:00Z') };
const NOW = clock.ms;
const apple = createVirtualApple({ now: () => clock.ms });
const roots = [apple.attestationRoot, apple.receiptRoot];
const phone = apple.createIPhone({ appId: APP });
const request = { method: 'POST', target: '/device/attest', fields: () => [] };
const challenge = 'AQEBAnR3byBieXRlcw';

function evidence(options: Partial<AppAttestOptions> = {}) {
  return appAttest({ appIds: [APP], roots, ...options });
}

/** Enrolls with this attestation; `verify` is synchronous. */
function enroll(keyId: string, attestation: Uint8Array, now = NOW, options: Partial<AppAttestOptions> = {}) {
  const fields = { key_id: keyId, attestation: Buffer.from(attestation).toString('base64') };
  const consumeChallenge = () => Promise.reject(new Error('not asked'));
  const context = { challenge, deviceId: 'device-1', now, request, consumeChallenge };
  return evidence(options).verify(fields, context) as Enrolled;
}

type TextMap = ReadonlyMap<string, CborValue>;

function statementOf(attestation: Uint8Array): { object: TextMap; statement: TextMap } {
  const object = readCbor(attestation);
  const statement = isTextMap(object) ? object.get('attStmt') : undefined;
  if (!isTextMap(object) || !isTextMap(statement)) throw new Error('it is no attestation');
  return { object, statement };
}

function receiptOf(attestation: Uint8Array): Uint8Array {
  return statementOf(attestation).statement.get('receipt') as Uint8Array;
}

/** The attestation with another receipt in it, which nothing in it notices. */
function withReceipt(attestation: Uint8Array, receipt: Uint8Array): Uint8Array {
  const { object, statement } = statementOf(attestation);
  const x5c = statement.get('x5c') as readonly Uint8Array[];
  const authData = object.get('authData') as Uint8Array;
  const changed = map(['x5c', x5c], ['receipt', receipt]);
  return encodeCbor(map(['fmt', 'apple-appattest'], ['attStmt', changed], ['authData', authData]));
}

/** A service over the virtual Apple. */
const receipts: ReceiptExchanger = {
  exchange: async (receipt) => {
    const renewed = apple.exchange(receipt);
    return renewed === undefined ? { outcome: 'no-data' } : { outcome: 'renewed', receipt: renewed };
  },
};

describe('enrollment', () => {
  it('keeps the receipt of the attestation', () => {
    const key = phone.generateKey();
    const enrolled = enroll(key.keyId, key.attest({ challenge }));
    expect(enrolled).toMatchObject({ virtual: true, appId: APP });
    expect(Buffer.from(enrolled.receipt ?? '', 'base64').length).toBeGreaterThan(3000);
    expect(enrolled.facts['riskMetric']).toBeUndefined();
  });

  const key = phone.generateKey();
  const attestation = key.attest({ challenge });
  const other = phone.generateKey();
  it.each([
    ['no receipt at all', Buffer.alloc(0), 'ERR_APP_ATTEST_RECEIPT_MALFORMED'],
    ['junk for a receipt', Buffer.from('junk'), 'ERR_APP_ATTEST_RECEIPT_MALFORMED'],
    [
      'the receipt of another key',
      receiptOf(other.attest({ challenge })),
      'ERR_APP_ATTEST_RECEIPT_KEY_MISMATCH',
    ],
    [
      'the receipt of another app',
      receiptOf(
        apple.createIPhone({ appId: 'TEAMID1234.com.example.other' }).generateKey().attest({ challenge }),
      ),
      'ERR_APP_ATTEST_RECEIPT_APP_ID_MISMATCH',
    ],
    [
      'a receipt of another Apple',
      receiptOf(
        createVirtualApple({ now: () => clock.ms })
          .createIPhone({ appId: APP })
          .generateKey()
          .attest({ challenge }),
      ),
      'ERR_APP_ATTEST_RECEIPT_ROOT_UNKNOWN',
    ],
  ])('is refused with %s', (_, receipt, code) => {
    expect(refusal(() => enroll(key.keyId, withReceipt(attestation, receipt))).code).toBe(code);
  });

  it('is refused with the same receipt five minutes later', () => {
    expect(enroll(key.keyId, attestation, NOW + 300_000).kind).toBe('appAttest');
    expect(refusal(() => enroll(key.keyId, attestation, NOW + 300_001)).code).toBe(
      'ERR_APP_ATTEST_RECEIPT_TOO_OLD',
    );
  });

  it('needs the root of receipts among the roots', () => {
    const error = refusal(() => enroll(key.keyId, attestation, NOW, { roots: [apple.attestationRoot] }));
    expect(error.code).toBe('ERR_APP_ATTEST_RECEIPT_ROOT_UNKNOWN');
  });
});

describe('a refresh', () => {
  it('has no receipt renewed where nobody exchanges them', () => {
    expect(evidence().renewal).toBeUndefined();
  });

  it('renews the receipt, and appraises its risk metric', async () => {
    const device = apple.createIPhone({ appId: APP });
    const key = device.generateKey();
    const first = enroll(key.keyId, key.attest({ challenge }));
    device.generateKey().attest({ challenge });
    const provider = evidence({ receipts, maxRiskMetric: 1 });
    provider.appraise(first, NOW);
    clock.ms = NOW + 2 * DAY;
    try {
      expect(provider.renewal?.isDue(first, clock.ms)).toBe(true);
      const second = await provider.renewal?.renew(first, clock.ms);
      expect(second?.facts['riskMetric']).toBe(2);
      expect(second?.receipt).not.toBe(first.receipt);
      expect(await provider.renewal?.renew(second as Enrolled, clock.ms + DAY - 1)).toBeUndefined();
      // The record says so without the receipt.
      expect(provider.renewal?.isDue(second as Enrolled, clock.ms + DAY - 1)).toBe(false);
      expect(provider.renewal?.isDue(second as Enrolled, clock.ms + DAY)).toBe(true);
      const error = refusal(() => provider.appraise(second as Enrolled, clock.ms));
      expect(error).toMatchObject({ code: 'ERR_APP_ATTEST_RISK_DENIED', stage: 'denied' });
    } finally {
      clock.ms = NOW;
    }
  });
});

it('takes nothing that exchanges no receipts', () => {
  for (const wrong of [{}, { exchange: true }, 'receipts', []])
    expect(() => evidence({ receipts: wrong as unknown as ReceiptExchanger })).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', variable: 'receipts' }),
    );
});

it('has the receipts’ checks in the room’s catalog, each code and name once', () => {
  const codes = APP_ATTEST_CHECKS.map(({ code }) => code);
  expect(codes).toEqual(expect.arrayContaining(Object.values(RECEIPT_CHECKS).map(({ code }) => code)));
  expect(new Set(codes).size).toBe(codes.length);
  expect(new Set(APP_ATTEST_CHECKS.map(({ name }) => name)).size).toBe(codes.length);
});
