import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { inspectEvidence } from '../../src/inspect/index.js';
import { sha256 } from '../../src/kernel/challenge-forms.js';
import { Explanation } from '../../src/kernel/explanation.js';
import { verifyKeyAttestation } from '../../src/key-attestation/index.js';
import { createVirtualGoogle } from 'attestkit-testing/google';
import { refusal } from '../approov/support/tokens.js';
import { base64 } from '../inspect/support/android-files.js';

const google = createVirtualGoogle();
const device = google.createAndroid({ packageName: 'com.example.app', signingDigests: ['ab'.repeat(32)] });

const CHALLENGE = 'AQEB-_-wAQIDBAUGBwgJCgsMDQ4PEA';
const PADDED = `${CHALLENGE}==`;
const DIGEST = sha256(CHALLENGE);
const standard = (text: string): string => text.replaceAll('-', '+').replaceAll('_', '/');
const roots = google.keyAttestationRoots;

/** What the app gave to `setAttestationChallenge`, and what the operator is told. */
const MISTAKES: readonly (readonly [name: string, given: Uint8Array | string, says: RegExp])[] = [
  ['decoded bytes', Buffer.from(CHALLENGE, 'base64url'), /gave the decoded bytes of the challenge to setAtt/],
  ['a digest', DIGEST, /gave the SHA-256 of the challenge/],
  ['a digest of the digest', sha256(DIGEST), /gave the SHA-256 of the SHA-256/],
  ['the hexadecimal digest', DIGEST.toString('hex'), /gave the text of the hexadecimal digest/],
  ['the base64 digest', DIGEST.toString('base64'), /gave the text of the base64 digest/],
  ['the base64url digest', DIGEST.toString('base64url'), /gave the text of the base64url digest/],
  ['the other alphabet', standard(CHALLENGE), /in the standard alphabet \(\+ and \/\) to/],
  ['padding', PADDED, /gave the challenge with padding/],
  ['both', standard(PADDED), /in the standard alphabet \(\+ and \/\) with padding/],
  ['quotation marks', `"${CHALLENGE}"`, /in quotation marks/],
  ['a line feed', `${CHALLENGE}\n`, /and a line feed/],
  ['base64 of the text', base64(CHALLENGE), /gave the base64 of the challenge/],
  ['nothing', '', /gave an empty challenge/],
];

function detailOf(
  certificateChain: readonly Uint8Array[],
  members: object = { challengeText: CHALLENGE },
): string {
  const report = inspectEvidence({
    kind: 'key-attestation',
    certificateChain: certificateChain.map(base64),
    roots: roots.map(base64),
    ...members,
  });
  expect(report).toMatchObject({ verdict: 'fail', code: 'ERR_KEY_ATTESTATION_CHALLENGE_MISMATCH' });
  return report.checks.find(({ name }) => name === 'challenge')?.detail ?? '';
}

const verified = (chain: readonly Uint8Array[]): unknown =>
  verifyKeyAttestation(chain, {
    challenge: Buffer.from(CHALLENGE),
    anyApp: true,
    revocations: 'not-checked',
    roots,
  });

describe('a key attested for', () => {
  it.each(MISTAKES)('%s says so to the operator', (_, challenge, says) => {
    const { certificateChain } = device.generateKey({ challenge });
    const { code, cause } = refusal(() => verified(certificateChain));
    expect(code).toBe('ERR_KEY_ATTESTATION_CHALLENGE_MISMATCH');
    expect(cause).toBeInstanceOf(Explanation);
    expect((cause as Error).message).toMatch(says);
    expect(detailOf(certificateChain)).toMatch(says);
  });

  it('another challenge names none', () => {
    for (const challenge of ['another', randomBytes(32), sha256('another'), 'AQEB']) {
      const { certificateChain } = device.generateKey({ challenge });
      expect(refusal(() => verified(certificateChain))).not.toHaveProperty('cause');
      expect(detailOf(certificateChain)).not.toContain('Likely');
    }
  });

  it('the right one passes', () => {
    expect(verified(device.generateKey({ challenge: CHALLENGE }).certificateChain)).toMatchObject({
      virtual: true,
    });
  });

  it('text that the file has as bytes says where the text belongs', () => {
    const { certificateChain } = device.generateKey({ challenge: CHALLENGE });
    expect(detailOf(certificateChain, { challenge: CHALLENGE })).toContain('"challengeText"');
    expect(detailOf(certificateChain, { challenge: base64('other') })).not.toContain('"challengeText"');
  });
});

describe('a chain that begins with the root', () => {
  const { certificateChain } = device.generateKey({ challenge: CHALLENGE });
  const names = (chain: readonly Uint8Array[]): unknown => refusal(() => verified(chain));

  it('says so to the operator', () => {
    const error = names(certificateChain.toReversed());
    expect(error).toMatchObject({ code: 'ERR_KEY_ATTESTATION_ISSUER_MISMATCH' });
    expect(((error as Error).cause as Error).message).toMatch(/^the chain begins with the root: /);
    const report = inspectEvidence({
      kind: 'key-attestation',
      certificateChain: certificateChain.toReversed().map(base64),
      roots: roots.map(base64),
    });
    expect(report.checks.find(({ ok }) => !ok)?.detail).toMatch(
      /Likely mistake: the chain begins with the root/,
    );
  });

  it('is not any other order', () => {
    const [leaf = Buffer.alloc(0), second = leaf, ...rest] = certificateChain;
    for (const chain of [
      [second, leaf, ...rest],
      [leaf, ...rest, second],
      [...rest, leaf, second],
    ])
      expect(names(chain)).toMatchObject({ cause: { member: 'tbsCertificate.issuer' } });
  });
});
