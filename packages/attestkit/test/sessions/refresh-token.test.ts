import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { enforcing } from '../../src/kernel/sinks.js';
import {
  hashOf,
  readRefreshToken,
  refreshToken,
  successorMatching,
} from '../../src/sessions/refresh-token.js';
import { deriveKeys, LABELS, readSecrets, type DerivedKey } from '../../src/sessions/secrets.js';
import { flipped, refused } from './refusal.js';

const make = () => randomBytes(48).toString('base64');
const keysOf = (...texts: string[]) => deriveKeys(readSecrets(texts, 'secret'), LABELS.refresh);
const FIRST = make();
const SECOND = make();
const KEYS = keysOf(FIRST);
const FAMILY = randomBytes(16).toString('base64url');
const read = (text: string, keys: readonly DerivedKey[] = KEYS) => readRefreshToken(keys, text, enforcing);

describe('a refresh token', () => {
  it('says its family and generation', () => {
    for (const generation of [0, 1, 255, 256, 0xffff_ffff])
      expect(read(refreshToken(KEYS, FAMILY, generation))).toEqual({ familyId: FAMILY, generation });
  });

  it('is the same each time, and another for each family and generation', () => {
    expect(refreshToken(KEYS, FAMILY, 3)).toBe(refreshToken(KEYS, FAMILY, 3));
    const families = Array.from({ length: 8 }, () => randomBytes(16).toString('base64url'));
    const all = families.flatMap((family) => [0, 1, 2].map((each) => refreshToken(KEYS, family, each)));
    expect(new Set(all).size).toBe(24);
    expect(all.every((token) => /^[A-Za-z0-9_-]{76}$/.test(token))).toBe(true);
  });

  it('holds while its secret is configured, first or not', () => {
    const token = refreshToken(KEYS, FAMILY, 1);
    expect(read(token, keysOf(SECOND, FIRST)).generation).toBe(1);
    expect(refused(() => read(token, keysOf(SECOND)))).toBe('ERR_REFRESH_NOT_OURS');
  });

  it('is refused when any one bit is another', () => {
    for (const text of flipped(refreshToken(KEYS, FAMILY, 7)))
      expect(refused(() => read(text))).toMatch(/^ERR_REFRESH_(NOT_OURS|MALFORMED)$/);
  });

  it('is refused with keys of another use', () => {
    const keys = deriveKeys(readSecrets(FIRST, 'secret'), LABELS.challenge);
    expect(refused(() => read(refreshToken(keys, FAMILY, 0)))).toBe('ERR_REFRESH_NOT_OURS');
  });

  it('cannot be put together of two', () => {
    const one = refreshToken(KEYS, FAMILY, 1);
    const other = refreshToken(KEYS, FAMILY, 2);
    const mixed = Buffer.concat([
      Buffer.from(other, 'base64url').subarray(0, 25),
      Buffer.from(one, 'base64url').subarray(25),
    ]);
    expect(refused(() => read(mixed.toString('base64url')))).toBe('ERR_REFRESH_NOT_OURS');
  });

  const good = refreshToken(KEYS, FAMILY, 0);
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
    ['a JWT', `${'e'.repeat(30)}.${'e'.repeat(30)}.${'e'.repeat(14)}`],
    ['huge', 'A'.repeat(1_000_000)],
  ])('is malformed when it is %s', (_, text) => {
    expect(refused(() => read(text))).toBe('ERR_REFRESH_MALFORMED');
  });
});

describe('a successor that was given out', () => {
  const token = refreshToken(KEYS, FAMILY, 4);

  it('is made again by whichever secret signed it', () => {
    for (const keys of [KEYS, keysOf(SECOND, FIRST), keysOf(FIRST, SECOND)])
      expect(successorMatching(keys, FAMILY, 4, hashOf(token))).toBe(token);
  });

  it('is not made where its secret, family, generation or hash is another', () => {
    const other = randomBytes(16).toString('base64url');
    expect(successorMatching(keysOf(SECOND), FAMILY, 4, hashOf(token))).toBeUndefined();
    expect(successorMatching(KEYS, other, 4, hashOf(token))).toBeUndefined();
    expect(successorMatching(KEYS, FAMILY, 5, hashOf(token))).toBeUndefined();
    for (const hash of ['', token, hashOf(token).slice(1), `${hashOf(token)}A`])
      expect(successorMatching(KEYS, FAMILY, 4, hash)).toBeUndefined();
  });

  it('is stored as a hash that does not contain it', () => {
    expect(hashOf(token)).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(token).not.toContain(hashOf(token));
  });
});
