import { describe, expect, it } from 'vitest';
import { inspectEvidence } from '../../src/inspect/index.js';
import { base64, chainFile } from './support/android-files.js';
import { ATTESTATION, key } from './support/app-attest-files.js';
import { failed, problem } from './support/unusable.js';

/** As a server returns it: base64url itself, of other bytes than the text has. */
const TEXT = 'AQIDBAUGBwgJ';
const { challenge: _, ...iphone } = ATTESTATION;
const FILES = [
  ['a chain', chainFile({ challenge: TEXT }), 'ERR_KEY_ATTESTATION_CHALLENGE_MISMATCH'],
  [
    'an attestation',
    { ...iphone, attestation: base64(key.attest({ challenge: TEXT })) },
    'ERR_APP_ATTEST_NONCE_MISMATCH',
  ],
] as const;

describe.each(FILES)('the challenge of %s', (_name, file, code) => {
  it('is the text that the server returned', () => {
    const report = inspectEvidence({ ...file, challengeText: TEXT });
    expect([report.verdict, failed(report)]).toEqual(['pass', []]);
    expect(report.notChecked).not.toContain('challenge');
    expect(inspectEvidence({ ...file, challenge: base64(TEXT) }).verdict).toBe('pass');
  });

  it('is not what it decodes to, and the report says what to try', () => {
    const report = inspectEvidence({ ...file, challenge: TEXT });
    expect(report.verdict === 'fail' && report.code).toBe(code);
    const hints = report.checks.filter(({ detail }) => detail.includes('"challengeText"'));
    expect(hints.map((check) => check.code)).toEqual([code]);
  });

  it('is hinted at only where it is given as bytes, and does not match', () => {
    for (const members of [{ challengeText: 'another' }, { challenge: base64(TEXT) }]) {
      const { checks } = inspectEvidence({ ...file, ...members });
      expect(checks.filter(({ detail }) => detail.includes('challengeText'))).toEqual([]);
    }
  });

  it.each<[string, object, RegExp]>([
    ['twice', { challengeText: TEXT, challenge: TEXT }, /^challengeText and challenge are both there\. /],
    ['as no text', { challengeText: 1 }, /^challengeText is not a string, and not empty\. /],
    ['as nothing', { challengeText: '' }, /^challengeText is not a string, and not empty\. /],
    ['as no Unicode', { challengeText: '\ud800' }, /^challengeText is not a string, and not empty\. /],
    [
      'as bytes that are text',
      { challenge: 'a text' },
      /^challenge is not base64.* text, is challengeText\.$/,
    ],
  ])('cannot be given %s', (_how, members, message) => {
    const error = problem({ ...file, ...members });
    expect(error.message).toMatch(message);
    expect(error.message.startsWith(error.member)).toBe(true);
  });
});

it('a null in place of the bytes of a chain leaves room for the text', () => {
  const [, file] = FILES[0];
  expect(inspectEvidence({ ...file, challenge: null, challengeText: TEXT }).verdict).toBe('pass');
});

it('an attestation has one of the text, the bytes and the hash', () => {
  expect(problem({ ...FILES[1][1], challengeText: TEXT, clientDataHash: '' }).message).toMatch(
    /^challengeText and clientDataHash are both there\. /,
  );
});
