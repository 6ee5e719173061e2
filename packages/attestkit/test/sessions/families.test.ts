import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  beginFamily,
  continueFamily,
  familyOf,
  judgeGeneration,
  liveToken,
  rotateFamily,
  withFamily,
  type Family,
} from '../../src/sessions/state/refresh-families.js';
import { deriveKeys, LABELS, readSecrets } from '../../src/sessions/tokens/derived-keys.js';
import { storeKeys } from '../../src/sessions/state/store-keys.js';
import { START } from './support/backend.js';

const make = () => randomBytes(48).toString('base64');
const [OLD, YOUNG] = [make(), make()];
const keysOf = (...texts: string[]) => deriveKeys(readSecrets(texts, 'secret'), LABELS.refresh);
const LABEL = storeKeys.labelDigest('phone-1');
const begun = (keys = keysOf(OLD), now = START, lifetimeMs = 1000): Family =>
  beginFamily({ keys, now, lifetimeMs, binding: undefined });

describe('the live token of a family', () => {
  it('is the same by whichever of the secrets signs first', () => {
    const family = begun(keysOf(OLD, YOUNG));
    const token = liveToken(family, LABEL, keysOf(OLD));
    for (const keys of [keysOf(OLD, YOUNG), keysOf(YOUNG, OLD)])
      expect(liveToken(family, LABEL, keys)).toBe(token);
  });

  it('is another where its secret is gone, and for another label, session or generation', () => {
    const family = begun();
    const tokens = [
      liveToken(family, LABEL, keysOf(OLD)),
      liveToken(family, LABEL, keysOf(YOUNG)),
      liveToken(family, storeKeys.labelDigest('phone-2'), keysOf(OLD)),
      liveToken(begun(), LABEL, keysOf(OLD)),
      liveToken(rotateFamily(family, 0, keysOf(OLD), START), LABEL, keysOf(OLD)),
    ];
    expect(new Set(tokens).size).toBe(5);
  });
});

describe('a generation that is sent', () => {
  const family = { ...begun(), generation: 5, rotatedAt: START };
  it.each([
    [5, 0, 'live'],
    [5, 1e12, 'live'],
    [6, 0, 'ahead'],
    [0xffff_fffe, 0, 'ahead'],
    [4, 0, 'again'],
    [4, 30_000, 'again'],
    [4, -30_000, 'again'],
    [4, 30_001, 'reused'],
    [4, -30_001, 'reused'],
    [3, 0, 'reused'],
    [0, 0, 'reused'],
  ])('%d, after %d ms, is %s', (sent, after, judged) => {
    expect(judgeGeneration(family, sent, { now: START + after, retryMs: 30_000 })).toBe(judged);
  });
});

describe('a family', () => {
  it('ends when it began to end, however often it is refreshed', () => {
    const family = begun();
    const next = rotateFamily(family, 0, keysOf(YOUNG, OLD), START + 500);
    expect(next).toMatchObject({
      sid: family.sid,
      generation: 1,
      expiresAt: family.expiresAt,
      rotatedAt: START + 500,
    });
    expect(next.secretId).not.toBe(family.secretId);
  });

  it('takes the generation of a token whose write the store lost', () => {
    expect(rotateFamily(begun(), 7, keysOf(OLD), START).generation).toBe(8);
  });

  it('begins to live anew on a new proof, above every token that it ever had', () => {
    const terms = { keys: keysOf(OLD), now: START + 900, lifetimeMs: 1000, binding: { ua: 'x' } };
    const family = { ...begun(), generation: 3 };
    expect(continueFamily(family, 1, terms)).toMatchObject({
      sid: family.sid,
      generation: 4,
      expiresAt: START + 1900,
    });
    expect(continueFamily(family, 9, terms)).toMatchObject({ generation: 10, binding: { ua: 'x' } });
  });

  it('is found until it ends', () => {
    const family = begun();
    expect(familyOf([begun(), family], family, START + 999)).toBe(family);
    expect(familyOf([family], family, START + 1000)).toBeUndefined();
    expect(familyOf([family], begun(), START)).toBeUndefined();
  });
});

describe('the families of a record', () => {
  const at = (rotatedAt: number, expiresAt = START + 1e6): Family => ({ ...begun(), rotatedAt, expiresAt });

  it('are at most as many as the limit: the one that was refreshed longest ago ends', () => {
    const [a, b, c, d] = [at(3), at(1), at(2), at(9)] as [Family, Family, Family, Family];
    expect(withFamily([a, b, c], d, 3, START)).toEqual([a, c, d]);
    expect(withFamily([a, b, c], d, 4, START)).toEqual([a, b, c, d]);
    expect(withFamily([a, b, c], d, 1, START)).toEqual([d]);
  });

  it('lose those that have ended before one that lives', () => {
    const [ended, old, young] = [at(8, START), at(1), at(2)] as [Family, Family, Family];
    expect(withFamily([ended, old], young, 2, START)).toEqual([old, young]);
  });

  it('have each session once', () => {
    const [a, b] = [at(1), at(2)] as [Family, Family];
    const next = rotateFamily(a, 0, keysOf(OLD), 5);
    expect(withFamily([a, b], next, 8, START)).toEqual([b, next]);
  });
});
