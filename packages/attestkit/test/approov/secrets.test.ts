import { createHmac, randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { approovKeys } from '../../src/approov/index.js';
import { part, refusal, SECONDS, SECRET, SECRET_BASE64, token, verifyWith, wrong } from './support/tokens.js';

const PUBLISHED = 'h+CX0tOzdAAR9l15bWAqvq7w9olk66daIH+Xk+IAHhVVHszjDzeGobzNnqyRze3lw/WVyWrc2gZfh3XXfBOmww==';
afterEach(() => {
  vi.unstubAllEnvs();
});

describe('a secret', () => {
  it('is read from base64, from base64url, and from a list while one replaces the other', () => {
    const next = randomBytes(32);
    expect(verifyWith({ secretBase64url: SECRET.toString('base64url') }, token()).kind).toBe('approov');
    const both = { secretBase64: [next.toString('base64'), SECRET_BASE64] };
    expect(verifyWith(both, token()).kind).toBe('approov');
    expect(verifyWith(both, token({}, { kid: 'x' }, next)).kind).toBe('approov');
    expect(refusal(() => verifyWith(both, token({}, {}, randomBytes(64)))).code).toBe(
      'ERR_APPROOV_TOKEN_SIGNATURE_INVALID',
    );
  });

  it.each([
    ['absent', undefined, 'is not set'],
    ['empty', '', 'is empty'],
    ['a number', 12, 'is not set'],
    ['an empty list', [], 'is not set'],
    ['white space', '   ', 'is not canonical base64. Remove the white space'],
    ['a placeholder of the quickstarts', 'approov_base64_secret_here', 'is a placeholder'],
    ['template syntax', `<${SECRET_BASE64}>`, 'is a placeholder'],
    ['a shell variable', '${APPROOV_BASE64_SECRET}', 'is a placeholder'],
    ['words', 'this-is-my-very-long-secret-that-nobody-will-ever-guess', 'is a placeholder'],
    ['a PEM', '-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n', 'is a PEM'],
    ['31 bytes', randomBytes(31).toString('base64'), 'has 31 bytes and needs at least 32'],
    [
      'base64url',
      Buffer.alloc(48, 'A1b>?~9').toString('base64url'),
      'is not canonical base64. It is base64url: put it in APPROOV_BASE64URL_SECRET',
    ],
    ['without its padding', randomBytes(64).toString('base64').replace(/=+$/, ''), 'is not canonical base64'],
    ['wrapped in white space', ` ${SECRET_BASE64}\n`, 'is not canonical base64. Remove the white space'],
    ['in quotes', `"${SECRET_BASE64}"`, 'is not canonical base64. Copy the whole value'],
    ['one byte over and over', Buffer.alloc(64, 7).toString('base64'), 'repeats a few bytes'],
  ])('that is %s fails at start-up', (_, secretBase64, problem) => {
    const error = wrong({ secretBase64 });
    expect(error).toMatchObject({
      name: 'ConfigurationError',
      variable: 'secretBase64 (APPROOV_BASE64_SECRET)',
    });
    expect(String(error)).toContain(problem);
  });

  it('is never part of the message', () => {
    const short = randomBytes(20).toString('base64');
    expect(String(wrong({ secretBase64: short }))).not.toContain(short);
  });

  it('that is there twice fails at start-up, also among others', () => {
    expect(
      String(wrong({ secretBase64: [SECRET_BASE64, randomBytes(32).toString('base64'), SECRET_BASE64] })),
    ).toContain('the same secret twice');
  });

  it('has to be as long as its hash', () => {
    const secretBase64 = randomBytes(47).toString('base64');
    expect(String(wrong({ secretBase64, algorithm: 'HS384' }))).toContain('needs at least 48');
    expect(String(wrong({ secretBase64, algorithm: 'HS512' }))).toContain('needs at least 64');
  });

  it.each(['HS384', 'HS512'] as const)(
    'verifies %s where that is configured, and then only that',
    (algorithm) => {
      const input = `${part({ alg: algorithm })}.${part({ exp: SECONDS + 9 })}`;
      const sent = `${input}.${createHmac(`sha${algorithm.slice(2)}`, SECRET)
        .update(input)
        .digest('base64url')}`;
      expect(verifyWith({ secretBase64: SECRET_BASE64, algorithm }, sent).exp).toBe(SECONDS + 9);
      expect(refusal(() => verifyWith({ secretBase64: SECRET_BASE64, algorithm }, token())).code).toBe(
        'ERR_APPROOV_TOKEN_ALGORITHM_MISMATCH',
      );
    },
  );

  it.each(['production', '', undefined])('that is published is refused where NODE_ENV is %j', (value) => {
    vi.stubEnv('NODE_ENV', value);
    expect(String(wrong({ secretBase64: PUBLISHED }))).toContain('is a published example secret');
    expect(
      String(wrong({ secretBase64url: Buffer.from(PUBLISHED, 'base64').toString('base64url') })),
    ).toContain('published');
    expect(
      approovKeys({ secretBase64: PUBLISHED, allowPublishedSecret: true }).candidates(undefined).length,
    ).toBe(1);
  });

  it.each(['development', 'test'])(
    'that is published is allowed where NODE_ENV is %s, unless the option says otherwise',
    (value) => {
      vi.stubEnv('NODE_ENV', value);
      expect(approovKeys({ secretBase64: PUBLISHED }).candidates(undefined).length).toBe(1);
      expect(String(wrong({ secretBase64: PUBLISHED, allowPublishedSecret: false }))).toContain('published');
    },
  );

  it('that is published, or of zeros, is not excused from the other rules', () => {
    expect(String(wrong({ secretBase64: 'QVBQUk9PVl9TRUNSRVQ=', allowPublishedSecret: true }))).toContain(
      'has 14 bytes',
    );
  });
});
