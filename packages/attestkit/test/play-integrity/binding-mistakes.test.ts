import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { inspectEvidence } from '../../src/inspect/index.js';
import { sha256 } from '../../src/kernel/challenge-forms.js';
import { Explanation } from '../../src/kernel/explanation.js';
import { EXPECT, PAYLOAD } from '../inspect/support/android-files.js';
import { APPS, CHALLENGE, decoded, decoder, failure, HASH, LOCAL, REMOTE } from './support/enrolling.js';
import { request, token, verdict } from './support/tokens.js';

const DEVICE = 'device-1';
const DIGEST = Buffer.from(HASH, 'base64url');
const TEXT = `attestkit-enrol-v1\n${CHALLENGE}\n${DEVICE}`;
const base64url = (text: string | Buffer): string => Buffer.from(text as string).toString('base64url');
const hashed = (text: string): string => sha256(text).toString('base64url');

/** What the app gave, and what the operator is told. */
const OF_BOTH: readonly (readonly [name: string, given: string, says: RegExp])[] = [
  ['the challenge', CHALLENGE, /gave the challenge itself as/],
  ['the digest in hexadecimal', DIGEST.toString('hex'), /gave the text of the hexadecimal digest as/],
  [
    'that in base64',
    base64url(DIGEST.toString('hex')),
    /gave the base64 of the text of the hexadecimal digest/,
  ],
  ['a digest of the digest', sha256(DIGEST).toString('base64url'), /gave the hash hashed once more as/],
  ['a digest of the hash as text', hashed(HASH), /gave the hash hashed once more, as text/],
  ['the challenge hashed alone', hashed(CHALLENGE), /gave the SHA-256 of the challenge alone/],
  [
    'that in hexadecimal',
    sha256(CHALLENGE).toString('hex'),
    /the hexadecimal SHA-256 of the challenge alone/,
  ],
  ['the text', TEXT, /gave the text itself, not hashed/],
  ['the text in base64', base64url(TEXT), /gave the base64 of the text, not hashed/],
  ['line ends of Windows', hashed(TEXT.replaceAll('\n', '\r\n')), /lines that end with CR LF/],
  ['a line feed at the end', hashed(`${TEXT}\n`), /the lines and a line feed at the end/],
  ['the device first', hashed(`attestkit-enrol-v1\n${DEVICE}\n${CHALLENGE}`), /the lines in another order/],
  ['no first line', hashed(`${CHALLENGE}\n${DEVICE}`), /without the first line/],
  ['no device', hashed(`attestkit-enrol-v1\n${CHALLENGE}`), /without the device id/],
  ['no line feeds', hashed(`attestkit-enrol-v1${CHALLENGE}${DEVICE}`), /of all lines in one/],
];

/** A nonce is base64, of which alphabet and padding do not matter. */
const OF_HASH: typeof OF_BOTH = [
  [
    'the standard alphabet',
    DIGEST.toString('base64'),
    /in the standard alphabet \(\+ and \/\) or with padding/,
  ],
  ['padding', `${HASH}=`, /in the standard alphabet \(\+ and \/\) or with padding/],
];

const CODE = 'ERR_PLAY_INTEGRITY_BINDING_MISMATCH';

describe('a verdict with a requestHash of', () => {
  it.each([...OF_BOTH, ...OF_HASH])('%s says so to the operator', async (_, requestHash, says) => {
    const answer = decoded(request({ nonce: undefined, requestHash }));
    const error = await failure(
      { apps: APPS, decoder: decoder(answer).decoder },
      { integrity_token: REMOTE },
    );
    expect(error.code).toBe(CODE);
    expect(error.cause).toBeInstanceOf(Explanation);
    expect((error.cause as Error).message).toMatch(says);

    const payload = verdict(request({ nonce: undefined, requestHash }));
    const { nonce: _nonce, ...rest } = EXPECT;
    const expected = { ...rest, requestHash: HASH, challengeText: CHALLENGE, deviceId: DEVICE };
    const report = inspectEvidence({ ...PAYLOAD, payload, expect: expected });
    expect(report.checks.find(({ code }) => code === CODE)?.detail).toMatch(says);
  });

  it('anything else names none', async () => {
    for (const requestHash of [hashed('x'), 'x', randomBytes(32).toString('hex'), `${HASH}A`]) {
      const answer = decoded(request({ nonce: undefined, requestHash }));
      const error = await failure(
        { apps: APPS, decoder: decoder(answer).decoder },
        { integrity_token: REMOTE },
      );
      expect(error.code).toBe(CODE);
      expect(error).not.toHaveProperty('cause');
    }
  });
});

describe('a verdict with a nonce of', () => {
  it.each(OF_BOTH)('%s says so to the operator', async (_, nonce, says) => {
    const sent = token(verdict(request({ nonce })));
    const error = await failure(LOCAL, { integrity_token: sent });
    expect(error.code).toBe(CODE);
    expect((error.cause as Error).message).toMatch(says);
  });

  it('another request names none', async () => {
    const error = await failure(LOCAL, { integrity_token: token(verdict(request({ nonce: hashed('x') }))) });
    expect([error.code, 'cause' in error]).toEqual([CODE, false]);
  });
});

describe('a file without challenge and device id', () => {
  it('names what the hash alone can tell', () => {
    const of = (nonce: string): string => {
      const report = inspectEvidence({
        ...PAYLOAD,
        payload: verdict(request({ nonce })),
        expect: { ...EXPECT, nonce: HASH },
      });
      return report.checks.find(({ code }) => code === CODE)?.detail ?? '';
    };
    expect(of(DIGEST.toString('hex'))).toContain(
      'Likely mistake: the app gave the text of the hexadecimal digest',
    );
    expect(of(CHALLENGE)).not.toContain('Likely');
  });
});
