import { describe, expect, it } from 'vitest';
import { inspectAppCheckToken, verifyAppCheckToken } from 'attestkit/app-check';
import { inspectKeyAttestation, verifyKeyAttestation } from 'attestkit/key-attestation';
import {
  inspectPlayIntegrityToken,
  inspectPlayIntegrityVerdict,
  verifyPlayIntegrityToken,
  verifyPlayIntegrityVerdict,
  type PlayIntegrityKeys,
  type VerdictExpectations,
} from 'attestkit/play-integrity';
import type { Kind } from '../../src/kinds/kinds.js';
import { subject } from '../../src/subject/subject.js';
import { fuzz, otherCode, skipping } from '../support/fuzzer.js';

const { readKeyDescription } = subject;
const COUNT = 4000;
/** Until a planted fault is found. */
const MOST = 60_000;

describe.each<[Kind, string[]]>([
  ['key-attestation', ['it came out as a genuine one', 'other form', 'signed again, and in order']],
  ['key-description', ['what was read is what stands there']],
  ['play-integrity', ['it came out as a genuine one', 'signed again, and in order', 'harmless header']],
  ['verdict', ['what it says is in order']],
  ['app-check', ['it came out as a genuine one', 'signed again, and in order']],
])('the fuzzer of Android: %s', (kind, accepted) => {
  it('finds no mutant that breaks a rule, among a few thousand', () => {
    const { violation, count, tallies, reasons } = fuzz(kind, COUNT);
    expect(violation).toBeUndefined();
    expect(count).toBe(COUNT);
    for (const part of accepted)
      expect(Object.keys(reasons).filter((reason) => reason.includes(part))).not.toEqual([]);
    const idle = Object.entries(tallies).filter(([, { refused }]) => refused === 0);
    // A part of one genuine description seldom harms another one: among so few perhaps never.
    const may = kind === 'key-description' ? /other form|same part of another/ : /other form/;
    expect(idle.map(([name]) => name).filter((name) => !may.test(name))).toEqual([]);
  }, 120_000);
});

it.each([
  ['SIGNATURE_INVALID', /^/],
  ['ROOT_UNKNOWN', /hold to/],
  ['ISSUER_MISMATCH', /certificate/],
  ['CHALLENGE_MISMATCH', /hold to/],
  ['EXPIRED', /hold to/],
  ['SECURITY_LEVEL_MISMATCH', /signed: key description/],
])(
  'finds a verifier of chains that does not look for %s',
  (code, mutators) => {
    const verify = skipping(
      `ERR_KEY_ATTESTATION_${code}`,
      verifyKeyAttestation as never,
      inspectKeyAttestation as never,
    );
    const { violation } = fuzz('key-attestation', MOST, { verifyKeyAttestation: verify }, mutators);
    expect(violation?.rule).toBe('it was accepted');
  },
  240_000,
);

it.each([
  ['BINDING_MISMATCH'],
  ['REQUEST_PACKAGE_MISMATCH'],
  ['TOO_OLD'],
  ['CERTIFICATE_MISMATCH'],
  ['DEVICE_DENIED'],
  ['LICENSING_DENIED'],
])('finds a verifier of verdicts that does not look for %s', (code) => {
  const verify = skipping(
    `ERR_PLAY_INTEGRITY_${code}`,
    verifyPlayIntegrityVerdict as never,
    inspectPlayIntegrityVerdict as never,
  );
  expect(fuzz('verdict', MOST, { verifyPlayIntegrityVerdict: verify }).violation?.rule).toBe(
    'it was accepted',
  );
});

it('finds a verifier of tokens that does not look at the signature inside', () => {
  const verify = tokenWithout('ERR_PLAY_INTEGRITY_JWS_SIGNATURE_INVALID');
  expect(fuzz('play-integrity', MOST, { verifyPlayIntegrityToken: verify }).violation?.rule).toBe(
    'it was accepted',
  );
});

it.each([
  ['SIGNATURE_INVALID'],
  ['EXPIRED'],
  ['AUDIENCE_MISMATCH'],
  ['ISSUER_MISMATCH'],
  ['APP_MISMATCH'],
  ['LIFETIME_INVALID'],
  ['IAT_NOT_YET_VALID'],
])('finds a verifier of App Check that does not look for %s', (code) => {
  const verify = skipping(
    `ERR_APP_CHECK_TOKEN_${code}`,
    verifyAppCheckToken as never,
    inspectAppCheckToken as never,
  );
  expect(fuzz('app-check', MOST, { verifyAppCheckToken: verify }).violation?.rule).toBe('it was accepted');
});

describe('the fuzzer of Android finds', () => {
  it('a key description that is read otherwise than it stands there', () => {
    const careless: typeof readKeyDescription = (bytes) => {
      const read = readKeyDescription(bytes);
      if (read?.description.hardwareEnforced.origin !== 0) return read;
      return { ...read, description: { ...read.description, attestationSecurityLevel: 'STRONG_BOX' } };
    };
    expect(fuzz('key-description', COUNT, { readKeyDescription: careless }).violation?.rule).toBe(
      'it was accepted',
    );
  });

  it('something else that is thrown', () => {
    const throwing: typeof readKeyDescription = (bytes) => {
      if (bytes.length < 8) throw new RangeError('out of range');
      return readKeyDescription(bytes);
    };
    expect(fuzz('key-description', COUNT, { readKeyDescription: throwing }).violation?.rule).toMatch(
      /escaped: RangeError/,
    );
  });

  it.each<[Kind, object]>([
    ['key-attestation', { inspectKeyAttestation: otherCode(inspectKeyAttestation as never) }],
    ['verdict', { inspectPlayIntegrityVerdict: otherCode(inspectPlayIntegrityVerdict as never) }],
    ['app-check', { inspectAppCheckToken: otherCode(inspectAppCheckToken as never) }],
  ])('an inspector that says something else: %s', (kind, broken) => {
    expect(fuzz(kind, COUNT, broken).violation?.rule).toMatch(/inspect says ERR_OTHER/);
  });

  it('a memory of chains that makes it accept more', () => {
    const without = skipping(
      'ERR_KEY_ATTESTATION_SIGNATURE_INVALID',
      verifyKeyAttestation as never,
      inspectKeyAttestation as never,
    ) as typeof verifyKeyAttestation;
    const verify: typeof verifyKeyAttestation = (chain, expected) =>
      (expected.cache === undefined ? verifyKeyAttestation : without)(chain, expected);
    expect(fuzz('key-attestation', COUNT, { verifyKeyAttestation: verify }).violation?.rule).toBe(
      'verify says ERR_KEY_ATTESTATION_SIGNATURE_INVALID, the memory says accepted',
    );
  });
});

/** A verifier of encrypted tokens that leaves out one of its checks. */
function tokenWithout(code: string) {
  return (token: string, keys: PlayIntegrityKeys, expected: VerdictExpectations): unknown =>
    skipping<VerdictExpectations, unknown>(
      code,
      (given, held) => verifyPlayIntegrityToken(given, keys, held),
      (given, held) => inspectPlayIntegrityToken(given, keys, held),
    )(token as never, expected);
}
