import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { enforcing } from '../../src/kernel/sinks.js';
import {
  authenticateChallenge,
  isDeviceId,
  issueChallenge,
  type ChallengePurpose,
} from '../../src/sessions/tokens/challenge.js';
import { deriveKeys, LABELS, readSecrets, type DerivedKey } from '../../src/sessions/tokens/derived-keys.js';
import { flipped, refused } from './support/refusal.js';

const NOW = Date.parse('2026-06-01T12:00:00Z');
const LIFETIME = 300_000;
const EXPIRY = NOW + LIFETIME;
const make = () => randomBytes(48).toString('base64');
const keysOf = (...texts: string[]) => deriveKeys(readSecrets(texts, 'secret'), LABELS.challenge);
const SECRET = make();
const KEYS = keysOf(SECRET);
const ISSUE = { deviceId: 'phone-1', purpose: 'attest', expiresAt: EXPIRY } as const;

function authenticate(
  text: string,
  { keys = KEYS, deviceId = 'phone-1', purpose = 'attest', now = NOW }: Partial<Expectations> = {},
) {
  return authenticateChallenge(keys, text, { deviceId, purpose, now, lifetimeMs: LIFETIME }, enforcing);
}

interface Expectations {
  readonly keys: readonly DerivedKey[];
  readonly deviceId: string;
  readonly purpose: ChallengePurpose;
  readonly now: number;
}

describe('a challenge', () => {
  it('is authentic for its device id and purpose until it expires', () => {
    const text = issueChallenge(KEYS, ISSUE);
    const id = createHash('sha256').update(Buffer.from(text, 'base64url')).digest('base64url');
    expect(authenticate(text)).toEqual({ id, expiresAt: EXPIRY });
    expect(authenticate(text, { now: EXPIRY - 1 }).id).toBe(id);
  });

  it('has at most 128 characters, 32 of its bytes random, and another id each time', () => {
    const many = Array.from({ length: 200 }, () => issueChallenge(KEYS, ISSUE));
    expect(new Set(many.map((text) => authenticate(text).id)).size).toBe(200);
    expect(many.every((text) => /^[A-Za-z0-9_-]{102}$/.test(text))).toBe(true);
    const random = Buffer.alloc(32, 0xaa);
    const fixed = Buffer.from(issueChallenge(KEYS, { ...ISSUE, random }), 'base64url');
    expect(fixed.subarray(12, 44).equals(random)).toBe(true);
  });

  it('holds while its secret is configured, first or not', () => {
    const text = issueChallenge(KEYS, ISSUE);
    const other = make();
    expect(authenticate(text, { keys: keysOf(other, SECRET) }).expiresAt).toBe(EXPIRY);
    expect(refused(() => authenticate(text, { keys: keysOf(other) }))).toBe('ERR_CHALLENGE_UNKNOWN');
  });

  it('holds although another secret has the same key id', () => {
    const [key] = KEYS as [DerivedKey];
    const [stranger] = keysOf(make()) as [DerivedKey];
    const text = issueChallenge(KEYS, ISSUE);
    const keys = [{ ...stranger, id: key.id }, key];
    expect(authenticate(text, { keys }).expiresAt).toBe(EXPIRY);
  });

  it('is refused to another device, with the code of a forgery', () => {
    const text = issueChallenge(KEYS, ISSUE);
    for (const deviceId of ['phone-2', 'phone-', 'phone-11', 'PHONE-1', ''])
      expect(refused(() => authenticate(text, { deviceId }))).toBe('ERR_CHALLENGE_UNKNOWN');
  });

  it('is refused for every other purpose', () => {
    const purposes = ['attest', 'assert', 'request'] as const;
    for (const purpose of purposes) {
      const text = issueChallenge(KEYS, { ...ISSUE, purpose });
      for (const other of purposes) {
        if (other === purpose) expect(authenticate(text, { purpose }).expiresAt).toBe(EXPIRY);
        else
          expect(refused(() => authenticate(text, { purpose: other }))).toBe(
            'ERR_CHALLENGE_PURPOSE_MISMATCH',
          );
      }
    }
  });

  it('is refused from the millisecond of its expiry', () => {
    const text = issueChallenge(KEYS, ISSUE);
    for (const now of [EXPIRY, EXPIRY + 1, Number.POSITIVE_INFINITY, Number.NaN])
      expect(refused(() => authenticate(text, { now }))).toBe('ERR_CHALLENGE_EXPIRED');
  });

  it('is expired from the start where its expiry is no number', () => {
    const text = issueChallenge(KEYS, { ...ISSUE, expiresAt: Number.NaN });
    expect(refused(() => authenticate(text))).toBe('ERR_CHALLENGE_EXPIRED');
  });

  it('is refused when it expires later than one that is issued a minute from now', () => {
    const text = issueChallenge(KEYS, ISSUE);
    expect(authenticate(text, { now: NOW - 60_000 }).expiresAt).toBe(EXPIRY);
    expect(refused(() => authenticate(text, { now: NOW - 60_001 }))).toBe('ERR_CHALLENGE_NOT_YET_VALID');
  });

  it('is refused when any one bit is another', () => {
    for (const text of flipped(issueChallenge(KEYS, ISSUE)))
      expect(refused(() => authenticate(text))).toMatch(/^ERR_CHALLENGE_(UNKNOWN|MALFORMED)$/);
  });

  it('is refused with keys of another use', () => {
    const keys = deriveKeys(readSecrets(SECRET, 'secret'), LABELS.refresh);
    expect(refused(() => authenticate(issueChallenge(keys, ISSUE)))).toBe('ERR_CHALLENGE_UNKNOWN');
  });

  const good = issueChallenge(KEYS, ISSUE);
  const bytes = Buffer.from(good, 'base64url');
  const versioned = Buffer.from(bytes).fill(2, 0, 1).toString('base64url');
  const lastOther = String.fromCharCode(good.charCodeAt(101) + 1);
  it.each([
    ['empty', ''],
    ['one character short', good.slice(0, -1)],
    ['one character long', `${good}A`],
    ['twice itself', good + good],
    ['padded', `${good}==`],
    ['in other white space', ` ${good.slice(1)}`],
    ['in base64', `+${good.slice(1)}`],
    ['not canonical in its last character', good.slice(0, -1) + lastOther],
    ['of another version', versioned],
    ['not ASCII', `${good.slice(0, -1)}ü`],
    ['huge', 'A'.repeat(1_000_000)],
  ])('is malformed when it is %s', (_, text) => {
    expect(refused(() => authenticate(text))).toBe('ERR_CHALLENGE_MALFORMED');
  });
});

describe('a device id', () => {
  it.each(['a', 'A-z_0.9:x', 'x'.repeat(128), '550e8400-e29b-41d4-a716-446655440000'])(
    'can be %s',
    (text) => {
      expect(isDeviceId(text)).toBe(true);
    },
  );

  it.each([
    undefined,
    null,
    7,
    '',
    'x'.repeat(129),
    'a b',
    'a\n',
    'a/b',
    'ä',
    'a\0',
    ['a'],
    { toString: () => 'a' },
  ])('cannot be %j', (value) => {
    expect(isDeviceId(value)).toBe(false);
  });
});
