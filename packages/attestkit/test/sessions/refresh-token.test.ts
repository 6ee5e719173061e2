import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { enforcing } from '../../src/kernel/sinks.js';
import {
  readRefreshToken,
  refreshToken,
  type RefreshClaim,
} from '../../src/sessions/tokens/refresh-token.js';
import { deriveKeys, LABELS, readSecrets, type DerivedKey } from '../../src/sessions/tokens/derived-keys.js';
import { storeKeys } from '../../src/sessions/state/store-keys.js';
import { flipped, refused } from './support/refusal.js';

const make = () => randomBytes(48).toString('base64');
const keysOf = (...texts: string[]) => deriveKeys(readSecrets(texts, 'secret'), LABELS.refresh);
const FIRST = make();
const SECOND = make();
const KEYS = keysOf(FIRST);
const KEY = KEYS[0] as DerivedKey;
const CLAIM: RefreshClaim = {
  labelDigest: storeKeys.labelDigest('phone-1'),
  sid: randomBytes(16).toString('base64url'),
  generation: 1,
};
const read = (text: string, keys: readonly DerivedKey[] = KEYS) => readRefreshToken(keys, text, enforcing);
const token = (change: Partial<RefreshClaim> = {}, key = KEY) => refreshToken(key, { ...CLAIM, ...change });

describe('a refresh token', () => {
  it('says where its record is, its session and its generation', () => {
    for (const generation of [0, 1, 255, 256, 0xffff_fffe])
      expect(read(token({ generation }))).toEqual({ ...CLAIM, generation });
  });

  it('is the same each time, and another for each label, session and generation', () => {
    expect(token()).toBe(token());
    const labels = ['a', 'b', 'c'].map((label) => storeKeys.labelDigest(label));
    const sids = labels.map(() => randomBytes(16).toString('base64url'));
    const all = labels.flatMap((labelDigest) =>
      sids.flatMap((sid) => [0, 1, 2].map((generation) => token({ labelDigest, sid, generation }))),
    );
    expect(new Set(all).size).toBe(27);
    expect(all.every((each) => /^[A-Za-z0-9_-]{119}$/.test(each))).toBe(true);
  });

  it('is accepted while its secret is configured, first or not', () => {
    expect(read(token(), keysOf(SECOND, FIRST)).generation).toBe(1);
    expect(refused(() => read(token(), keysOf(SECOND)))).toBe('ERR_REFRESH_UNKNOWN');
  });

  it('is refused when any one bit is another', () => {
    for (const text of flipped(token()))
      expect(refused(() => read(text))).toMatch(/^ERR_REFRESH_(UNKNOWN|MALFORMED)$/);
  });

  it('is refused with keys of another use', () => {
    const [other] = deriveKeys(readSecrets(FIRST, 'secret'), LABELS.challenge);
    expect(refused(() => read(token({}, other)))).toBe('ERR_REFRESH_UNKNOWN');
  });

  it('of a generation that has no successor is refused', () => {
    expect(refused(() => read(token({ generation: 0xffff_ffff })))).toBe('ERR_REFRESH_UNKNOWN');
  });

  it('cannot be put together of two', () => {
    const [one, other] = [token(), token({ generation: 2 })].map((text) => Buffer.from(text, 'base64url'));
    const mixed = Buffer.concat([other?.subarray(0, 57) ?? '', one?.subarray(57) ?? ''] as Buffer[]);
    expect(refused(() => read(mixed.toString('base64url')))).toBe('ERR_REFRESH_UNKNOWN');
  });

  const good = token({ generation: 0 });
  const versioned = Buffer.from(good, 'base64url').fill(2, 0, 1).toString('base64url');
  it.each([
    ['empty', ''],
    ['truncated', good.slice(0, -4)],
    ['one character short', good.slice(0, -1)],
    ['longer', `${good}AAAA`],
    ['padded', `${good.slice(0, -1)}=`],
    ['in base64', `/${good.slice(1)}`],
    ['with a line break', `${good.slice(0, -1)}\n`],
    ['of another version', versioned],
    ['a JWT', `${'e'.repeat(30)}.${'e'.repeat(30)}.${'e'.repeat(57)}`],
    ['huge', 'A'.repeat(1_000_000)],
  ])('is malformed when it is %s', (_, text) => {
    expect(refused(() => read(text))).toBe('ERR_REFRESH_MALFORMED');
  });
});
