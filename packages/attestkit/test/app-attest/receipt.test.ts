import { createHash, createPublicKey, sign } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { createAppAttestCache } from '../../src/app-attest/cache.js';
import { RECEIPT_CHECKS as CHECKS } from '../../src/app-attest/receipt/checks.js';
import {
  inspectAppAttestReceipt,
  verifyAppAttestReceipt,
  type ReceiptExpectations,
} from '../../src/app-attest/receipt/verify.js';
import { der, indefinite, octets } from '../../../testing/src/encode/der.js';
import { encodeSigner } from '../../../testing/src/apple/make-receipt.js';
import { newKeys } from '../../../testing/src/apple/authorities.js';
import { refusal } from '../approov/support/tokens.js';
import * as shared from './support/receipts.js';

const { APP, AUTHORITIES, CLIENT_HASH, codeOf, DAY, expected, failed, field, KEYS, later, LEAF } = shared;
const { NOW, pieces, receipt, repacked, replaced } = shared;

const GOOD = receipt();

describe('a genuine receipt', () => {
  it('of an attestation gives its fields', () => {
    expect(verifyAppAttestReceipt(GOOD, expected)).toEqual({
      kind: 'appAttestReceipt',
      type: 'ATTEST',
      appId: APP,
      certificate: new Uint8Array(LEAF),
      publicKey: new Uint8Array(KEYS.publicKey),
      clientHash: new Uint8Array(CLIENT_HASH),
      token: 'dG9rZW4=',
      environment: 'production',
      createdAt: NOW,
      riskMetric: undefined,
      notBefore: undefined,
      expiresAt: NOW + 90 * DAY,
      virtual: true,
    });
  });

  it('of an exchange gives the risk metric, and from when on it can be exchanged', () => {
    const renewed = receipt({ type: 'RECEIPT', environment: 'development' });
    const result = verifyAppAttestReceipt(renewed, {
      ...expected,
      environment: 'development',
      clientDataHash: undefined,
    });
    expect(result).toMatchObject({
      type: 'RECEIPT',
      environment: 'development',
      riskMetric: 3,
      notBefore: NOW + DAY,
    });
  });

  it.each([
    ['in DER', receipt({}, {}, 'der'), {}],
    ['of another of the apps', receipt({ appId: 'TEAMID1234.com.example.other' }), {}],
    ['of no risk at all', receipt({ type: 'RECEIPT', riskMetric: 0 }), { clientDataHash: undefined }],
    ['as old as is allowed', GOOD, { now: NOW + 300_000 }],
    ['of any age, where no age is given', GOOD, { maxAgeSeconds: undefined, now: NOW + 89 * DAY }],
    ['by a clock that is a minute ahead', GOOD, { now: NOW - 60_000 }],
    ['at the last moment', GOOD, { maxAgeSeconds: undefined, now: NOW + 90 * DAY - 1 }],
    ['held to app and key alone', GOOD, { environment: undefined, leafCertificate: undefined }],
    ['with unknown fields', receipt({}, { fields: (fields) => [...fields, field(99, 'x')] }), {}],
    ['made at a whole second', receipt({}, { fields: replaced(12, '2026-06-01T12:00:00Z') }), {}],
  ])('is accepted %s', (_, bytes, more) => {
    expect(verifyAppAttestReceipt(bytes, { ...expected, ...more }).kind).toBe('appAttestReceipt');
  });

  it('is accepted whatever pieces its content is in', () => {
    for (const size of [1, 7, 999, 5000]) {
      const bytes = repacked((content) => indefinite(0x24, ...pieces(content, size)));
      expect(verifyAppAttestReceipt(bytes, expected).createdAt).toBe(NOW);
    }
    const definite = repacked((content) => der(0x24, ...pieces(content, 100)));
    expect(verifyAppAttestReceipt(definite, expected).createdAt).toBe(NOW);
  });

  it.each([
    ['PEM', () => createPublicKey(KEYS.signer.key).export({ type: 'spki', format: 'pem' }) as string],
    ['KeyObject', () => createPublicKey(KEYS.signer.key)],
  ])('is held to a key that is given as %s', (_, key) => {
    expect(verifyAppAttestReceipt(GOOD, { ...expected, publicKey: key() }).appId).toBe(APP);
    const other = createPublicKey(newKeys('P-256').signer.key);
    expect(codeOf(GOOD, { publicKey: other })).toBe(CHECKS.publicKey.code);
  });

  it.each([0, 1, 9, 10, 12, 123_456_789, 999_999_999])('says a risk metric of %d', (riskMetric) => {
    const renewed = receipt({ type: 'RECEIPT', riskMetric });
    expect(verifyAppAttestReceipt(renewed, { ...expected, clientDataHash: undefined }).riskMetric).toBe(
      riskMetric,
    );
  });

  it('is held to a key in DER by its bytes, also to one that is not on the curve', () => {
    const offCurve = Buffer.from(KEYS.publicKey);
    offCurve.writeUInt8(offCurve.readUInt8(90) ^ 1, 90);
    expect(codeOf(GOOD, { publicKey: offCurve })).toBe(CHECKS.publicKey.code);
  });

  it('is appraised now, unless another time is given', () => {
    const { now: _, ...timeless } = expected;
    vi.useFakeTimers({ toFake: ['Date'], now: NOW + 300_000 });
    try {
      expect(verifyAppAttestReceipt(GOOD, timeless).appId).toBe(APP);
      vi.setSystemTime(NOW + 300_001);
      expect(refusal(() => verifyAppAttestReceipt(GOOD, timeless)).code).toBe(CHECKS.age.code);
    } finally {
      vi.useRealTimers();
    }
  });

  it('has its times in the report', () => {
    const { checks } = inspectAppAttestReceipt(GOOD, { ...expected, now: NOW });
    const iso = (time: number) => new Date(time).toISOString();
    const detailOf = ({ code }: { code: string }) => checks.find((each) => each.code === code)?.detail;
    expect(detailOf(CHECKS.notFuture)).toBe(`found ${iso(NOW)}, expected ${iso(NOW + 60_000)} or earlier`);
    expect(detailOf(CHECKS.age)).toBe(`found ${iso(NOW)}, expected ${iso(NOW - 300_000)} or later`);
    expect(detailOf(CHECKS.expired)).toBe(`found ${iso(NOW + 90 * DAY)}, expected ${iso(NOW + 1)} or later`);
  });

  it('is not said to be of testing before its root is known', () => {
    const unsigned = receipt({}, { signed: (s) => ({ ...s, certificates: s.certificates.slice(1) }) });
    const inspection = inspectAppAttestReceipt(unsigned, expected);
    expect(inspection).toMatchObject({
      code: CHECKS.signerPresent.code,
      unverified: { appId: APP, virtual: false },
    });
  });

  it('has its certificates remembered once they chain to a root, and only then', () => {
    const put: string[] = [];
    const cache = createAppAttestCache();
    const issuers: typeof cache.issuers = {
      get: (id) => cache.issuers.get(id),
      set: (id, issuer) => {
        put.push(id);
        cache.issuers.set(id, issuer);
      },
    };
    const watched = { ...cache, issuers };
    expect(codeOf(GOOD, { roots: undefined, cache: watched })).toBe(CHECKS.root.code);
    expect(put).toEqual([]);
    for (let call = 0; call < 3; call += 1) verifyAppAttestReceipt(GOOD, { ...expected, cache: watched });
    const { receiptSigner, receiptCa } = AUTHORITIES;
    expect(put).toEqual(
      [receiptSigner, receiptCa].map(({ certificate }) =>
        createHash('sha256').update(certificate).digest('base64'),
      ),
    );
  });

  it('is accepted with a cache, which does not make dates or other roots pass', () => {
    const cache = createAppAttestCache();
    for (let time = 0; time < 3; time += 1)
      expect(verifyAppAttestReceipt(GOOD, { ...expected, cache }).virtual).toBe(true);
    expect(codeOf(receipt({ now: NOW + 200 * DAY }), { ...later(200), cache })).toBe(CHECKS.validity.code);
    expect(codeOf(GOOD, { roots: undefined, cache })).toBe(CHECKS.root.code);
    expect(codeOf(forged, { cache })).toBe(CHECKS.signature.code);
  });
});

const stranger = newKeys('P-256');
const forged = receipt({}, { signature: (payload) => sign('sha256', payload, stranger.signer.key) });
describe('the expectations', () => {
  it.each([
    ['appIds', { appIds: [] }],
    ['appIds', { appIds: APP }],
    ['appIds', { appIds: [''] }],
    ['publicKey', { publicKey: undefined }],
    ['publicKey', { publicKey: 'no PEM' }],
    ['publicKey', { publicKey: Buffer.alloc(91) }],
    ['publicKey', { publicKey: KEYS.signer.key }],
    ['publicKey', { publicKey: createPublicKey(newKeys('P-384').signer.key) }],
    ['environment', { environment: 'sandbox' }],
    ['maxAgeSeconds', { maxAgeSeconds: -1 }],
    ['maxAgeSeconds', { maxAgeSeconds: Number.NaN }],
    ['now', { now: Number.NaN }],
    ['appIds', { appIds: ['com.example.app'] }],
    ['leafCertificate', { leafCertificate: 'AAAA' }],
    ['clientDataHash', { clientDataHash: [1] }],
    ['roots', { roots: [] }],
    ['roots', { roots: [GOOD] }],
    ['roots', { roots: ['-----BEGIN CERTIFICATE-----'] }],
    ['appId', { appId: APP }],
  ])('are refused with a wrong %s', (variable, more) => {
    const run = (): unknown =>
      verifyAppAttestReceipt(GOOD, { ...expected, ...more } as unknown as ReceiptExpectations);
    expect(run).toThrow(expect.objectContaining({ name: 'ConfigurationError', variable }));
  });
});

it('is inspected to the end, with what nothing vouches for', () => {
  const inspection = inspectAppAttestReceipt(forged, { ...expected, environment: 'development' });
  expect(inspection).toMatchObject({ verdict: 'fail', unverified: { appId: APP, virtual: true } });
  expect(failed(inspection.checks)).toEqual([CHECKS.signature.code, CHECKS.environment.code]);
});

it('is inspected in the order of the catalog', () => {
  const inspection = inspectAppAttestReceipt(GOOD, expected);
  expect(inspection.verdict).toBe('pass');
  expect(inspection.checks.map(({ code }) => code)).toEqual(Object.values(CHECKS).map(({ code }) => code));
  expect(new Set(Object.values(CHECKS).map(({ name }) => name)).size).toBe(inspection.checks.length);
});

it('has a second signer refused whoever comes first', () => {
  const other = receipt({}, { signed: (s) => ({ ...s, signers: [encodeSigner(foreign()), ...s.signers] }) });
  expect(codeOf(other)).toBe(CHECKS.oneSigner.code);
});

function foreign(): Parameters<typeof encodeSigner>[0] {
  let parts: Parameters<typeof encodeSigner>[0] | undefined;
  receipt({}, { signer: (s) => (parts = { ...s, signature: octets(Buffer.alloc(70)) }) });
  if (parts === undefined) throw new Error('nothing was made');
  return parts;
}

it('uses the receipt root of its own authorities', () => {
  expect(AUTHORITIES.receiptRoot.certificate).not.toEqual(AUTHORITIES.attestationRoot.certificate);
  expect(codeOf(GOOD, { roots: [AUTHORITIES.attestationRoot.certificate] })).toBe(CHECKS.root.code);
});
