import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { inspectEvidence } from '../../src/inspect/index.js';
import {
  APP_ID,
  apple,
  ASSERTION,
  AT,
  ATTESTATION,
  base64,
  base64url,
  challenge,
  clientData,
  FILES,
  key,
  made,
  RECEIPT,
  spki,
} from './support/app-attest-files.js';
import { failed } from './support/unusable.js';

/** As a reader of `--json` gets it. */
function parsed(file: object): Record<string, unknown> {
  return JSON.parse(JSON.stringify(inspectEvidence(file))) as Record<string, unknown>;
}

describe('evidence of App Attest that passes', () => {
  const clientDataHash = randomBytes(20);
  const old = apple
    .createIPhone({ appId: APP_ID, osVersion: '17.2', environment: 'development' })
    .generateKey();
  const oldFile = {
    ...ATTESTATION,
    keyId: old.keyId,
    attestation: base64(old.attest({ challenge })),
    environment: 'development',
  };
  const launch = {
    category: { allowed: ['app-store'] },
    bundleVersion: { allowed: ['1'], whenAbsent: 'refuse' },
  };

  it.each<[string, object]>([
    ['an attestation', ATTESTATION],
    [
      'an attestation with its client data hash',
      {
        ...ATTESTATION,
        challenge: undefined,
        clientDataHash: base64(clientDataHash),
        attestation: base64(key.attest({ clientDataHash })),
      },
    ],
    [
      'an attestation in base64url',
      {
        ...ATTESTATION,
        attestation: base64url(made),
        keyId: Buffer.from(key.keyId, 'base64').toString('base64url'),
      },
    ],
    ['an attestation under a policy', { ...ATTESTATION, ...launch, minimumOs: '27.0', maxAgeSeconds: 60 }],
    ['an attestation of development', oldFile],
    ['an assertion', ASSERTION],
    ['an assertion under a policy', { ...ASSERTION, ...launch }],
    ['an assertion with the key as an attestation’s report has it', { ...ASSERTION, publicKey: spki }],
    ['an assertion of a time, which it does not say', { ...ASSERTION, at: '1999-01-01T00:00:00Z' }],
    ['a receipt', RECEIPT],
    ['a receipt of any environment', { ...RECEIPT, environment: undefined, publicKey: spki }],
    [
      'a receipt of the attestation',
      {
        ...RECEIPT,
        receipt: base64(key.receipt()),
        clientDataHash: base64(clientDataHash),
        maxAgeSeconds: 300,
      },
    ],
    [
      'a receipt of the sandbox',
      {
        ...RECEIPT,
        environment: 'sandbox',
        publicKey: base64(old.publicKey),
        receipt: base64(old.receipt()),
      },
    ],
    [
      'descriptions',
      { ...RECEIPT, receiptType: 'RECEIPT', notes: 'x', expected: {}, provenance: [], name: 1 },
    ],
  ])('is %s', (_, file) => {
    const report = inspectEvidence(file);
    expect([failed(report), report.verdict]).toEqual([[], 'pass']);
  });

  it('is reported with bytes in base64 and times as times', () => {
    const attestation = parsed(ATTESTATION);
    expect(attestation).toMatchObject({ kind: ATTESTATION.kind, at: AT, notChecked: ['receipt'] });
    const { certificate, receipt, ...facts } = attestation['result'] as Record<string, string>;
    expect(facts).toMatchObject({
      appId: APP_ID,
      environment: 'production',
      virtual: true,
      osVersion: '27.0',
      key: { id: Buffer.from(key.keyId, 'base64').toString('base64url'), publicKey: spki },
      issuedAt: expect.stringMatching(/^2026-11-2\dT[\d:]+\.\d{3}Z$/),
    });
    expect(parsed({ ...RECEIPT, receipt, leafCertificate: certificate })).toMatchObject({
      verdict: 'pass',
      result: { type: 'ATTEST', certificate, publicKey: spki, createdAt: AT, virtual: true },
    });
    expect(parsed(ASSERTION)).toMatchObject({
      notChecked: [],
      result: { counter: 1, category: 'app-store' },
    });
    expect(parsed(RECEIPT)).toMatchObject({
      result: {
        riskMetric: 4,
        environment: 'production',
        notBefore: '2026-11-21T12:00:00.120Z',
        expiresAt: '2027-02-18T12:00:00.120Z',
      },
    });
  });
});

describe('evidence of App Attest that fails', () => {
  const other = apple.createIPhone({ appId: APP_ID }).generateKey();

  it.each<[string, object, string]>([
    [
      'an attestation under Apple’s root',
      { ...ATTESTATION, roots: undefined },
      'ERR_APP_ATTEST_ROOT_UNKNOWN',
    ],
    [
      'an attestation for another challenge',
      { ...ATTESTATION, challenge: base64(clientData) },
      'ERR_APP_ATTEST_NONCE_MISMATCH',
    ],
    [
      'a challenge taken for the hash of one',
      { ...ATTESTATION, challenge: undefined, clientDataHash: base64(challenge) },
      'ERR_APP_ATTEST_NONCE_MISMATCH',
    ],
    [
      'an attestation of another environment',
      { ...ATTESTATION, environment: 'development' },
      'ERR_APP_ATTEST_ENVIRONMENT_DENIED',
    ],
    [
      'an attestation of another app',
      { ...ATTESTATION, appId: 'TEAMID1234.com.example' },
      'ERR_APP_ATTEST_APP_ID_MISMATCH',
    ],
    [
      'an attestation of another key',
      { ...ATTESTATION, keyId: other.keyId },
      'ERR_APP_ATTEST_KEY_ID_MISMATCH',
    ],
    ['a key id that is too short', { ...ATTESTATION, keyId: 'AAAA' }, 'ERR_APP_ATTEST_KEY_ID_MALFORMED'],
    [
      'an attestation of an old system',
      { ...ATTESTATION, minimumOs: '27.0.1' },
      'ERR_APP_ATTEST_OS_VERSION_DENIED',
    ],
    [
      'an attestation that has ended',
      { ...ATTESTATION, at: '2099-01-01T00:00:00Z' },
      'ERR_APP_ATTEST_CERTIFICATE_EXPIRED',
    ],
    ['an attestation that is none', { ...ATTESTATION, attestation: '' }, 'ERR_APP_ATTEST_CBOR_MALFORMED'],
    [
      'an attestation with more behind it',
      { ...ATTESTATION, attestation: base64(Buffer.concat([made, Buffer.alloc(1)])) },
      'ERR_APP_ATTEST_CBOR_MALFORMED',
    ],
    ['a huge attestation', { ...ATTESTATION, attestation: 'A'.repeat(400_000) }, 'ERR_APP_ATTEST_TOO_LARGE'],
    [
      'an attestation of nothing but depth',
      { ...ATTESTATION, attestation: base64(Buffer.alloc(10_000, 0x81)) },
      'ERR_APP_ATTEST_CBOR_MALFORMED',
    ],
    [
      'an assertion used before',
      { ...ASSERTION, previousCounter: 1 },
      'ERR_APP_ATTEST_ASSERTION_COUNTER_REUSED',
    ],
    [
      'an assertion of another key',
      { ...ASSERTION, publicKey: base64(other.publicKey) },
      'ERR_APP_ATTEST_ASSERTION_SIGNATURE_INVALID',
    ],
    [
      'an assertion over other data',
      { ...ASSERTION, clientData: '' },
      'ERR_APP_ATTEST_ASSERTION_SIGNATURE_INVALID',
    ],
    [
      'an assertion that is an attestation',
      { ...ASSERTION, assertion: base64(made) },
      'ERR_APP_ATTEST_ASSERTION_TOO_LARGE',
    ],
    [
      'a receipt of the other environment',
      { ...RECEIPT, environment: 'sandbox' },
      'ERR_APP_ATTEST_RECEIPT_ENVIRONMENT_MISMATCH',
    ],
    [
      'a receipt of another key',
      { ...RECEIPT, publicKey: base64(other.publicKey) },
      'ERR_APP_ATTEST_RECEIPT_KEY_MISMATCH',
    ],
    [
      'a receipt of another certificate',
      { ...RECEIPT, leafCertificate: 'AAAA' },
      'ERR_APP_ATTEST_RECEIPT_LEAF_MISMATCH',
    ],
    [
      'a receipt that has expired',
      { ...RECEIPT, at: '2027-11-20T12:00:00Z' },
      'ERR_APP_ATTEST_RECEIPT_EXPIRED',
    ],
    ['a receipt under Apple’s root', { ...RECEIPT, roots: undefined }, 'ERR_APP_ATTEST_RECEIPT_ROOT_UNKNOWN'],
    [
      'a receipt that is an attestation',
      { ...RECEIPT, receipt: base64(made) },
      'ERR_APP_ATTEST_RECEIPT_MALFORMED',
    ],
  ])('is %s', (_, file, code) => {
    const report = inspectEvidence(file);
    expect(report).toMatchObject({ verdict: 'fail', code });
    expect(failed(report)[0]).toBe(code);
    expect(report).not.toHaveProperty('result');
  });

  it('is reported whole where it can be read, in JSON too', () => {
    const { unverified } = parsed({ ...ATTESTATION, challenge: '' }) as {
      unverified: Record<string, unknown>;
    };
    expect(unverified).toMatchObject({
      appId: APP_ID,
      certificate: expect.any(String),
      issuedAt: expect.any(String),
    });
    expect(parsed({ ...RECEIPT, appId: 'TEAMID1234.x' })).toMatchObject({ unverified: { createdAt: AT } });
    expect(inspectEvidence({ ...RECEIPT, receipt: 'AAAA' })).not.toHaveProperty('unverified');
  });

  it('is what any other bytes are', () => {
    const names = ['attestation', 'assertion', 'receipt'] as const;
    for (const [at, name] of names.entries()) {
      const file = FILES[at] as Record<string, unknown>;
      const whole = Buffer.from(file[name] as string, 'base64');
      for (let index = 1; index < whole.length; index += 31) {
        const flipped = Buffer.from(whole);
        flipped[index] = (flipped[index] ?? 0) ^ (1 << (index % 8));
        for (const mutant of [flipped, whole.subarray(0, index), whole.subarray(index)]) {
          const report = inspectEvidence({ ...file, [name]: base64(mutant) });
          if (mutant !== flipped) expect(report.verdict).toBe('fail'); // in it some bytes are not signed
          expect(() => JSON.stringify(report)).not.toThrow();
        }
      }
    }
  });
});
