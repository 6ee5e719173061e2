import { describe, expect, it } from 'vitest';
import {
  createAppAttestCache,
  inspectAppAttestAttestation,
  verifyAppAttestAttestation,
  type AttestationExpectations,
} from '../../src/app-attest/index.js';
import { vectors, type Vector } from '../vectors.js';
import { judge } from './support/judge.js';

const published = vectors('app-attest/attestation');
const bytes = (text: unknown): Buffer | undefined =>
  typeof text === 'string' ? Buffer.from(text, 'base64') : undefined;
const attestationOf = ({ attestation }: Vector): Buffer => bytes(attestation) as Buffer;

function expectationsOf(vector: Vector): AttestationExpectations {
  const { appId, keyId, challenge, clientDataHash, environment, at } = vector;
  return {
    appIds: [String(appId)],
    keyId: String(keyId),
    challenge: bytes(challenge),
    clientDataHash: bytes(clientDataHash),
    environments: [environment as 'production' | 'development'],
    now: Date.parse(String(at)),
  };
}

/** Those that pass. */
const genuine = published.files.filter(
  ({ expected }) => (expected as { verdict: string }).verdict === 'pass',
);

describe('attestations of real devices', () => {
  published.run(
    'have the verdict that is known of them; those without their challenge fail at the nonce alone',
    (files) => {
      for (const vector of files) {
        const inspection = inspectAppAttestAttestation(attestationOf(vector), expectationsOf(vector));
        const failed = inspection.checks.filter(({ ok }) => !ok).map(({ code }) => code);
        expect([vector.file, failed]).toEqual([
          vector.file,
          genuine.includes(vector) ? [] : ['ERR_APP_ATTEST_NONCE_MISMATCH'],
        ]);
      }
      expect(genuine.length).toBeGreaterThan(15);
      expect(files.length - genuine.length).toBe(3);
    },
  );

  published.run('say what their files are named after: the system’s version and the environment', (files) => {
    for (const vector of files) {
      const inspection = inspectAppAttestAttestation(attestationOf(vector), expectationsOf(vector));
      const result = inspection.verdict === 'pass' ? inspection.result : inspection.unverified;
      const [, version, environment] = /^attestation-([\d.]+)-([a-z]+)-/.exec(vector.file) ?? [];
      expect(result).toMatchObject({ osVersion: version, platform: 'ios', virtual: false });
      expect(result?.environment.slice(0, 4)).toBe(environment);
    }
  });

  published.run('of iOS 27 say category and bundle version, though no flag announces them', (files) => {
    const vector = files.find(({ file }) => file.startsWith('attestation-27')) as Vector;
    const result = verifyAppAttestAttestation(attestationOf(vector), expectationsOf(vector));
    expect(result).toMatchObject({ category: 'operating-system', bundleVersion: '1', osBuild: '24A325b' });
  });

  published.run('need their own environment, app, key and time', () => {
    for (const vector of genuine) {
      const attestation = attestationOf(vector);
      const expected = expectationsOf(vector);
      const other = vector['environment'] === 'production' ? 'development' : 'production';
      const at = expected.now as number;
      expect(judge(attestation, { ...expected, environments: [other] })).toBe(
        'ERR_APP_ATTEST_ENVIRONMENT_DENIED',
      );
      expect(judge(attestation, { ...expected, appIds: ['TEAMID1234.com.example.app'] })).toBe(
        'ERR_APP_ATTEST_APP_ID_MISMATCH',
      );
      expect(judge(attestation, { ...expected, keyId: Buffer.alloc(32) })).toBe(
        'ERR_APP_ATTEST_KEY_ID_MISMATCH',
      );
      expect(judge(attestation, { ...expected, now: at - 10 * 86_400_000 })).toBe(
        'ERR_APP_ATTEST_CERTIFICATE_NOT_YET_VALID',
      );
      expect(judge(attestation, { ...expected, now: at + 366 * 86_400_000 })).toBe(
        'ERR_APP_ATTEST_CERTIFICATE_EXPIRED',
      );
    }
  });
});

/** Bytes of an attestation that nothing signs, as ranges from where the text stands. */
function unsigned(attestation: Buffer): [number, number] {
  const start = attestation.indexOf('receipt');
  return [start + 7, attestation.indexOf('authData', start)];
}

describe('an attestation of a real device', () => {
  published.run('is refused when it is cut off anywhere', () => {
    const cache = createAppAttestCache();
    for (const vector of genuine.slice(-2)) {
      const attestation = attestationOf(vector);
      const expected = { ...expectationsOf(vector), cache };
      for (let length = 0; length < attestation.length; length += 1)
        expect(judge(attestation.subarray(0, length), expected)).toBe('ERR_APP_ATTEST_CBOR_MALFORMED');
      expect(judge(Buffer.concat([attestation, Buffer.of(0)]), expected)).toBe(
        'ERR_APP_ATTEST_CBOR_MALFORMED',
      );
    }
  });

  published.run(
    'is refused with a byte changed anywhere but in the receipt, which nothing signs here',
    () => {
      const cache = createAppAttestCache();
      const vector = genuine.at(-1) as Vector;
      const attestation = attestationOf(vector);
      const expected = { ...expectationsOf(vector), cache };
      const [from, to] = unsigned(attestation);
      const accepted: number[] = [];
      for (let at = 0; at < attestation.length; at += at > from && at < to ? 20 : 4) {
        const changed = Buffer.from(attestation);
        changed[at] = (changed[at] as number) ^ (1 << (at % 8));
        const code = judge(changed, expected);
        if (code === 'accepted') accepted.push(at);
      }
      expect(accepted.length).toBeGreaterThan(0);
      expect(accepted.every((at) => at >= from && at < to)).toBe(true);
    },
  );

  published.run('does not verify with the certificates or the authenticator data of another', () => {
    const [one, other] = genuine.slice(-2) as [Vector, Vector];
    const a = attestationOf(one);
    const b = attestationOf(other);
    const head = (attestation: Buffer): Buffer => attestation.subarray(0, attestation.indexOf('hauthData'));
    const tail = (attestation: Buffer): Buffer => attestation.subarray(attestation.indexOf('hauthData'));
    const mixed = Buffer.concat([head(a), tail(b)]);
    for (const vector of [one, other]) expect(judge(mixed, expectationsOf(vector))).not.toBe('accepted');
    expect(judge(Buffer.concat([head(a), tail(a)]), expectationsOf(one))).toBe('accepted');
  });
});

describe('hostile CBOR', () => {
  const expected: AttestationExpectations = {
    appIds: ['TEAMID1234.com.example.app'],
    keyId: Buffer.alloc(32),
    challenge: 'x',
  };
  it.each([
    ['nothing', ''],
    ['an array in an array, 5,000 deep', '81'.repeat(5000)],
    ['a map in a map, 5,000 deep', 'a16161'.repeat(5000)],
    ['a map of 2^53 members', 'bb001fffffffffffff'],
    ['a byte string of 2^53 bytes', 'a163666d745b001fffffffffffff'],
    ['a map of indefinite length', 'bf63666d746161ff'],
    ['a member twice', 'a263666d74616163666d746161'],
    ['a tag', 'd9d9f7a0'],
    ['bytes', `59${'3fff'}${'00'.repeat(0x3f00)}`],
  ])('is refused: %s', (_, hex) => {
    expect(judge(Buffer.from(hex, 'hex'), expected)).toBe('ERR_APP_ATTEST_CBOR_MALFORMED');
  });
});
