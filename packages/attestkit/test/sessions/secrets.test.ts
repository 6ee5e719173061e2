import { createHmac, createSecretKey, hkdfSync, randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  deriveKeys,
  digestKey,
  isPseudonym,
  LABELS,
  pseudonym,
  readSecrets,
} from '../../src/sessions/tokens/derived-keys.js';
import { misconfigured } from './support/refusal.js';

/** Approov's published example secret, as its quickstarts write it. */
const PUBLISHED = 'h+CX0tOzdAAR9l15bWAqvq7w9olk66daIH+Xk+IAHhVVHszjDzeGobzNnqyRze3lw/WVyWrc2gZfh3XXfBOmww==';

const make = (): string => randomBytes(48).toString('base64');
const read = (configured: unknown) => readSecrets(configured, 'secret (JWT_SECRET)');

describe('the secret', () => {
  it('is one or several', () => {
    expect(read(make())).toHaveLength(1);
    expect(read([make(), make()])).toHaveLength(2);
  });

  it('counts as the bytes of its text in UTF-8, whatever it looks like', () => {
    for (const text of [make(), randomBytes(32).toString('hex'), `schlüssel-${randomUUID()}-ü`]) {
      expect(read(text)[0]?.export().equals(Buffer.from(text, 'utf8'))).toBe(true);
    }
  });

  it('may be text as tools make it', () => {
    for (let round = 0; round < 2000; round += 1) {
      for (const text of [
        randomBytes(32).toString('hex'),
        randomBytes(16).toString('hex'),
        randomBytes(32).toString('base64'),
        randomBytes(24).toString('base64url'),
        randomUUID(),
      ]) {
        expect(read(text)).toHaveLength(1);
      }
    }
  });

  const long = make();
  it.each([
    ['absent', undefined, 'is not set'],
    ['null', null, 'is not set'],
    ['bytes', randomBytes(64), 'is not set'],
    ['empty', '', 'is empty'],
    ['an empty list', [], 'is an empty list'],
    ['a list with a gap', [long, undefined], 'is not set'],
    ['short', randomBytes(16).toString('base64'), 'has 24 bytes and needs at least 32'],
    ['one byte short', randomBytes(32).toString('hex').slice(33), 'has 31 bytes'],
    ['followed by a line break', `${long}\n`, 'white space around it'],
    ['a PEM', `-----BEGIN PRIVATE KEY-----\n${long}\n-----END PRIVATE KEY-----`, 'is a PEM'],
    ['a template', '<put-the-4-Random-bytes-of-JWT-in-place-of-this>', 'placeholder'],
    ['a template of a shell', '${JWT_SIGNING_KEY_FROM_VAULT_9_OR_10}', 'placeholder'],
    ['the example of a tutorial', 'a-string-secret-at-least-256-bits-long', 'placeholder'],
    ['called a secret', 'MySuperSecretJwtSigningKey-2024-of-this-API', 'placeholder'],
    ['to be changed', 'CHANGE_ME_1_CHANGE_ME_2_CHANGE_ME_3', 'placeholder'],
    ['words', 'correct horse battery staple and so on', 'words'],
    ['one letter', 'a1'.repeat(20), 'repeats'],
    ['a row of digits, repeated', 'Ab12345678'.repeat(4).slice(0, 37), 'repeats'],
    ['of little variety', 'Aa1Aa2Aa1Aa1Aa2Aa2Aa1Aa2Aa2Aa2Aa1Aa2', 'repeats'],
    ['there twice', [long, make(), long], 'the same secret twice'],
  ])('is refused when it is %s', (_, configured, problem) => {
    const error = misconfigured(() => read(configured));
    expect(error.message).toContain(problem);
    expect(error.variable).toBe('secret (JWT_SECRET)');
    for (const text of [configured].flat())
      if (typeof text === 'string' && text.length > 8) expect(error.message).not.toContain(text.trim());
  });

  it('is refused when it is published, unless it is allowed', () => {
    const url = Buffer.from(PUBLISHED, 'base64').toString('base64url');
    for (const text of [PUBLISHED, url]) {
      expect(misconfigured(() => readSecrets(text, 'secret', false)).message).toContain('published');
      expect(readSecrets(text, 'secret', true)).toHaveLength(1);
    }
  });
});

describe('derived keys', () => {
  const texts = [make(), make()];
  const secrets = read(texts);

  it('are HKDF of the secret with the label, one for each', () => {
    const keys = deriveKeys(secrets, LABELS.challenge);
    const expected = texts.map((text) => Buffer.from(hkdfSync('sha256', text, '', LABELS.challenge, 32)));
    expect(keys.map(({ key }) => key.export().toString('hex'))).toEqual(
      expected.map((each) => each.toString('hex')),
    );
  });

  it('give the bytes of RFC 5869 for its inputs', () => {
    // Test case 3, of which the first 32 bytes: no salt, no info.
    const [key] = deriveKeys([createSecretKey(Buffer.alloc(22, 0x0b))], '' as never);
    expect(key?.key.export().toString('hex')).toBe(
      '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d',
    );
  });

  it('differ by label and by secret, and so do their ids', () => {
    const all = Object.values(LABELS).flatMap((label) => deriveKeys(secrets, label));
    expect(new Set(all.map(({ key }) => key.export().toString('hex'))).size).toBe(8);
    expect(new Set(all.map(({ id }) => Buffer.from(id).toString('hex'))).size).toBe(8);
    expect(all.every(({ id }) => id.length === 4)).toBe(true);
  });

  it('keep the id of a secret that changes its place', () => {
    const [first] = deriveKeys(secrets, LABELS.refresh);
    const [, second] = deriveKeys([...secrets].toReversed(), LABELS.refresh);
    expect(second?.id).toEqual(first?.id);
  });
});

describe('a pseudonym', () => {
  const old = read(make());
  const fresh = read(make());
  const keys = deriveKeys(old, LABELS.pseudonym);

  it('is 128 bits of HMAC over kind and value', () => {
    const right = createHmac('sha256', keys[0]?.key ?? '')
      .update('ip')
      .update(Buffer.of(0))
      .update('192.0.2.0/24')
      .digest();
    expect(pseudonym(keys, 'ip', '192.0.2.0/24')).toBe(right.subarray(0, 16).toString('base64url'));
  });

  it('is recognized after the secrets have changed places, and not without its secret', () => {
    const made = pseudonym(keys, 'ip', 'a');
    const rotated = deriveKeys([...fresh, ...old], LABELS.pseudonym);
    expect(pseudonym(rotated, 'ip', 'a')).not.toBe(made);
    expect(isPseudonym(rotated, 'ip', 'a', made)).toBe(true);
    expect(isPseudonym(deriveKeys(fresh, LABELS.pseudonym), 'ip', 'a', made)).toBe(false);
  });

  it('is of its kind and value alone', () => {
    const made = pseudonym(keys, 'ip', 'a');
    expect(isPseudonym(keys, 'user_agent', 'a', made)).toBe(false);
    expect(isPseudonym(keys, 'ip', 'b', made)).toBe(false);
    for (const wrong of ['', made.slice(1), `${made}A`, `${made} `, made.toLowerCase(), 'ü'.repeat(11)])
      expect(isPseudonym(keys, 'ip', 'a', wrong)).toBe(false);
  });
});

it('a store key is the digest of its value, whatever the secrets are', () => {
  expect(digestKey('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
  expect(digestKey(Buffer.from('abc'))).toBe(digestKey('abc'));
});
