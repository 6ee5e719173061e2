import { describe, expect } from 'vitest';
import {
  inspectPlayIntegrityToken,
  inspectPlayIntegrityVerdict,
  playIntegrityKeys,
  verifyPlayIntegrityVerdict,
  type VerdictExpectations,
} from '../../src/play-integrity/index.js';
import { readVerdict } from '../../src/play-integrity/verdict/read-verdict.js';
import { vectors, type Vector } from '../vectors.js';

interface Payload extends Record<string, unknown> {
  readonly requestDetails?: Readonly<Record<string, string>>;
}

const published = vectors('play-integrity/');
const payloadOf = (vector: Vector): Payload => vector['payload'] as Payload;

/** What a vector's payload claims of itself, and a time a minute after its own. */
function expectationsOf(vector: Vector): VerdictExpectations {
  const {
    requestPackageName = 'com.package.name',
    requestHash,
    nonce,
    timestampMillis,
  } = payloadOf(vector).requestDetails ?? {};
  return {
    packageName: requestPackageName,
    acceptedCertificates: ['6a6a1474b5cbbb2b1aa57e0bc3'],
    ...(requestHash === undefined ? { nonce: nonce ?? 'none' } : { requestHash }),
    now: Number(timestampMillis ?? 0) + 60_000,
  };
}

/** The code of each file; those that are fragments of a verdict have no request. */
const CODES: Readonly<Record<string, string>> = {
  'docs-standard-request.json': 'pass',
  'selfmade-local-token.json': 'pass',
  'real-unevaluated.json': 'ERR_PLAY_INTEGRITY_EVALUATION_MISSING',
  'replayed-token-cleared.json': 'ERR_PLAY_INTEGRITY_EVALUATION_MISSING',
  'worldcoin-missing-appIntegrity.json': 'ERR_PLAY_INTEGRITY_APP_MISSING',
};

describe('published verdicts', () => {
  published.run('have the verdict that is known of them', (files) => {
    for (const vector of files) {
      if (vector.file === 'docs-classic-request.json') continue;
      const inspection = inspectPlayIntegrityVerdict(payloadOf(vector), expectationsOf(vector));
      const code = inspection.verdict === 'pass' ? 'pass' : inspection.code;
      const isFragment = payloadOf(vector).requestDetails === undefined;
      expect([vector.file, code]).toEqual([
        vector.file,
        isFragment ? 'ERR_PLAY_INTEGRITY_REQUEST_MISSING' : CODES[vector.file],
      ]);
    }
    expect(files.length).toBeGreaterThanOrEqual(12);
  });

  published.run('have nothing that is not understood', (files) => {
    for (const vector of files)
      expect([vector.file, readVerdict(payloadOf(vector)).unrecognized]).toEqual([vector.file, []]);
  });

  vectors('play-integrity/docs-classic').run('of 1970 are too old, whatever else they say', ([vector]) => {
    const rules = expectationsOf(vector as Vector);
    const today = { ...rules, now: Date.parse('2026-06-01') };
    const inspection = inspectPlayIntegrityVerdict(payloadOf(vector as Vector), today);
    const failed = inspection.checks.filter(({ ok }) => !ok).map(({ code }) => code);
    expect(failed).toEqual(['ERR_PLAY_INTEGRITY_TOO_OLD']);
    expect(verifyPlayIntegrityVerdict(payloadOf(vector as Vector), rules).requestDetails.nonce).toBeTruthy();
  });

  vectors('play-integrity/docs-testing').run('for testing are refused for that too', ([vector]) => {
    const inspection = inspectPlayIntegrityVerdict(
      payloadOf(vector as Vector),
      expectationsOf(vector as Vector),
    );
    expect(inspection.checks.find(({ code }) => code === 'ERR_PLAY_INTEGRITY_TESTING_DENIED')?.ok).toBe(
      false,
    );
  });

  vectors('play-integrity/selfmade').run('decrypt with their keys', ([vector]) => {
    const { token, base64OfEncodedDecryptionKey, base64OfEncodedVerificationKey } = vector as Vector;
    const keys = playIntegrityKeys({
      decryptionKey: String(base64OfEncodedDecryptionKey),
      verificationKey: String(base64OfEncodedVerificationKey),
    });
    const inspection = inspectPlayIntegrityToken(String(token), keys, expectationsOf(vector as Vector));
    expect(inspection.verdict === 'pass' && inspection.result.payload).toEqual(payloadOf(vector as Vector));
  });
});
