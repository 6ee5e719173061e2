import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { nonceMistake } from '../../src/app-attest/attestation/nonce-mistakes.js';
import { appAttest, verifyAppAttestAttestation } from '../../src/app-attest/index.js';
import { inspectEvidence } from '../../src/inspect/index.js';
import { sha256 } from '../../src/kernel/challenge-forms.js';
import { Explanation } from '../../src/kernel/explanation.js';
import { refusal } from '../approov/support/tokens.js';
import { APP_ID, apple, AT, base64, key } from '../inspect/support/app-attest-files.js';

/** As a server returns it: base64url with both of its own characters, not a multiple of four. */
const CHALLENGE = `${Buffer.from(randomBytes(57)).toString('base64url')}-_w`;
const DIGEST = sha256(CHALLENGE);
const PADDED = `${CHALLENGE}=`;
const standard = (text: string): string => text.replaceAll('-', '+').replaceAll('_', '/');

/** What the app gave to `attestKey`, and what the operator is told. */
const MISTAKES: readonly (readonly [name: string, given: Uint8Array, says: RegExp])[] = [
  ['the challenge not hashed', Buffer.from(CHALLENGE), /^the app gave the challenge itself to attestKey: /],
  ['hashed twice', sha256(DIGEST), /^the app hashed the challenge twice/],
  [
    'decoded first',
    sha256(Buffer.from(CHALLENGE, 'base64url')),
    /^the app hashed the decoded bytes of the challenge/,
  ],
  [
    'decoded, not hashed',
    Buffer.from(CHALLENGE, 'base64url'),
    /^the app gave the decoded bytes of the challenge/,
  ],
  [
    'the hexadecimal digest as text',
    Buffer.from(DIGEST.toString('hex')),
    /^the app gave the text of the hexadecimal digest to/,
  ],
  [
    'the same in capitals',
    Buffer.from(DIGEST.toString('hex').toUpperCase()),
    /^the app gave the text of the hexadecimal digest in capitals/,
  ],
  [
    'the hexadecimal digest hashed',
    sha256(DIGEST.toString('hex')),
    /^the app hashed the text of the hexadecimal digest/,
  ],
  [
    'the base64 digest as text',
    Buffer.from(DIGEST.toString('base64')),
    /^the app gave the text of the base64 digest/,
  ],
  [
    'the base64url digest as text',
    Buffer.from(DIGEST.toString('base64url')),
    /^the app gave the text of the base64url digest/,
  ],
  [
    'the standard alphabet',
    sha256(standard(CHALLENGE)),
    /^the app hashed the challenge in the standard alphabet \(\+ and \/\) for/,
  ],
  ['padding', sha256(PADDED), /^the app hashed the challenge with padding/],
  [
    'both',
    sha256(standard(PADDED)),
    /^the app hashed the challenge in the standard alphabet \(\+ and \/\) with padding/,
  ],
  ['quotation marks', sha256(`"${CHALLENGE}"`), /^the app hashed the challenge in quotation marks/],
  ['a line feed', sha256(`${CHALLENGE}\n`), /^the app hashed the challenge and a line feed/],
  [
    'encoded once more',
    sha256(base64(Buffer.from(CHALLENGE))),
    /^the app hashed the base64 of the challenge/,
  ],
  ['nothing', sha256(''), /^the app hashed an empty challenge/],
];

const FILE = {
  kind: 'app-attest-attestation',
  appId: APP_ID,
  keyId: key.keyId,
  challengeText: CHALLENGE,
  roots: [base64(apple.attestationRoot)],
  at: AT,
};
const EXPECTED = {
  appIds: [APP_ID],
  keyId: key.keyId,
  challenge: CHALLENGE,
  roots: [apple.attestationRoot],
  now: Date.parse(AT),
};

function nonceDetail(file: object): string {
  const report = inspectEvidence(file);
  expect(report).toMatchObject({ verdict: 'fail', code: 'ERR_APP_ATTEST_NONCE_MISMATCH' });
  expect(report.checks.filter(({ detail }) => detail.includes('Likely mistake')).length).toBeLessThan(2);
  return report.checks.find(({ code }) => code === 'ERR_APP_ATTEST_NONCE_MISMATCH')?.detail ?? '';
}

describe('an attestation for', () => {
  it.each(MISTAKES)('%s says so to the operator', async (_, clientDataHash, says) => {
    const attestation = key.attest({ clientDataHash });
    const error = refusal(() => verifyAppAttestAttestation(attestation, EXPECTED));
    expect(error.code).toBe('ERR_APP_ATTEST_NONCE_MISMATCH');
    expect(error.cause).toBeInstanceOf(Explanation);
    expect((error.cause as Error).message).toMatch(says);
    expect(error.message).not.toMatch(says);

    const evidence = appAttest({ appIds: [APP_ID], roots: [apple.attestationRoot, apple.receiptRoot] });
    const context = { challenge: CHALLENGE, deviceId: 'd', now: Date.parse(AT) };
    const fields = { key_id: key.keyId, attestation: base64(attestation) };
    expect(refusal(() => evidence.verify(fields, context as never)).cause).toEqual(error.cause);

    const detail = nonceDetail({ ...FILE, attestation: base64(attestation) });
    expect(detail.split('. Likely mistake: ')[1]).toMatch(says);
  });

  it('another challenge names none', () => {
    const others = [randomBytes(32), sha256(randomBytes(32)), Buffer.alloc(0), Buffer.from('x'), sha256('x')];
    for (const clientDataHash of others) {
      const attestation = key.attest({ clientDataHash });
      const error = refusal(() => verifyAppAttestAttestation(attestation, EXPECTED));
      expect(error.code).toBe('ERR_APP_ATTEST_NONCE_MISMATCH');
      expect(error).not.toHaveProperty('cause');
      expect(nonceDetail({ ...FILE, attestation: base64(attestation) })).not.toContain('Likely');
    }
  });

  it('the right one passes, whatever it looks like', () => {
    for (const challenge of [CHALLENGE, '', '"x"', 'ab==', 'x\n', randomBytes(16)]) {
      const attestation = key.attest({ challenge });
      expect(verifyAppAttestAttestation(attestation, { ...EXPECTED, challenge }).appId).toBe(APP_ID);
    }
  });
});

describe('an attestation of which only the hash is given', () => {
  const { challengeText: _, ...file } = FILE;

  it('says where it is the challenge itself', () => {
    const attestation = base64(key.attest({ challenge: CHALLENGE }));
    const detail = nonceDetail({ ...file, clientDataHash: base64(Buffer.from(CHALLENGE)), attestation });
    expect(detail).toMatch(/Likely mistake: the app hashed the given clientDataHash once more/);
  });

  it('says where the app gave the text of the digest', () => {
    const attestation = base64(key.attest({ clientDataHash: Buffer.from(DIGEST.toString('hex')) }));
    const detail = nonceDetail({ ...file, clientDataHash: base64(DIGEST), attestation });
    expect(detail).toMatch(/Likely mistake: the app gave the text of the hexadecimal digest to attestKey/);
    expect(nonceDetail({ ...file, clientDataHash: base64(randomBytes(32)), attestation })).not.toContain(
      'Likely',
    );
  });
});

describe('the work for a nonce that does not match', () => {
  it('is bounded, however long the challenge is', () => {
    const given = { challenge: 'A'.repeat(128), clientDataHash: sha256('A'.repeat(128)) };
    const authData = Buffer.alloc(16_384);
    const started = performance.now();
    for (let turn = 0; turn < 100; turn += 1)
      expect(nonceMistake(randomBytes(32), authData, given)).toBeUndefined();
    // 21 digests of 16 KiB take about a millisecond.
    expect((performance.now() - started) / 100).toBeLessThan(50);
    expect(nonceMistake(undefined, authData, given)).toBeUndefined();
  });
});
