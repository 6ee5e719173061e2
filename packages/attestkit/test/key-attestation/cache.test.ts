import { describe, expect, it } from 'vitest';
import { createKeyAttestationCache, type KeyAttestationCache } from '../../src/key-attestation/index.js';
import { NOW } from './support/describe.js';
import {
  expectations,
  factoryDrafts,
  newKey,
  remoteDrafts,
  ROOT,
  signAll,
  type Draft,
} from './support/forge.js';
import { judge } from './support/judge.js';

const DAY = 86_400_000;

/** A cache that counts what is put in. */
function counting(): { cache: KeyAttestationCache; links: string[]; keys: string[] } {
  const cache = createKeyAttestationCache();
  const counted = (entries: string[], inner: KeyAttestationCache['links']): KeyAttestationCache['links'] => {
    const set = inner.set.bind(inner);
    inner.set = (key, value): void => {
      entries.push(key);
      set(key, value);
    };
    return inner;
  };
  const links: string[] = [];
  const keys: string[] = [];
  return { cache: { links: counted(links, cache.links), keys: counted(keys, cache.keys) }, links, keys };
}

const changed = (index: number, change: Partial<Draft>): Buffer[] =>
  signAll(remoteDrafts().map((draft, at) => (at === index ? { ...draft, ...change } : draft)));

describe('what is remembered of a chain', () => {
  it('are the links above the attestation certificate, and its key', () => {
    const { cache, links, keys } = counting();
    const chain = signAll(remoteDrafts());
    expect(judge(chain, expectations({ cache }))).toBe('accepted');
    expect([links.length, keys.length]).toEqual([2, 1]);
    expect(judge(chain, expectations({ cache }))).toBe('accepted');
    expect([links.length, keys.length]).toEqual([2, 1]);
  });

  it('is of a factory the one link below the root', () => {
    const { cache, links, keys } = counting();
    for (let time = 0; time < 3; time += 1)
      expect(judge(signAll(factoryDrafts()), expectations({ cache }))).toBe('accepted');
    // ECDSA signatures are others each time, so each of these chains is another.
    expect([links.length, keys.length]).toEqual([3, 1]);
  });

  it('is nothing of a link that does not hold', () => {
    const { cache, links, keys } = counting();
    const forged = changed(3, { signer: newKey('P-384') });
    for (let time = 0; time < 3; time += 1)
      expect(judge(forged, expectations({ cache }))).toBe('SIGNATURE_INVALID');
    expect([links, keys]).toEqual([[], []]);
    const lower = changed(1, { signer: newKey() });
    for (let time = 0; time < 3; time += 1)
      expect(judge(lower, expectations({ cache }))).toBe('SIGNATURE_INVALID');
    expect([links.length, keys.length]).toEqual([2, 0]);
  });

  it('holds for no other chain, root or time', () => {
    const cache = createKeyAttestationCache();
    const chain = signAll(remoteDrafts());
    const later = { cache, now: NOW + 31 * DAY };
    expect(judge(chain, expectations({ cache }))).toBe('accepted');
    expect(judge(chain, expectations({ cache, now: NOW - 2000 * DAY }))).toBe('NOT_YET_VALID');
    expect(judge(chain, expectations(later))).toBe('EXPIRED');
    expect(judge(chain, expectations({ cache, roots: undefined }))).toBe('ROOT_UNKNOWN');
    const revocations = { size: 1, isRevoked: (serial: string): boolean => serial === '3882' };
    expect(judge(chain, expectations({ cache, revocations }))).toBe('REVOKED');
    const stranger = signAll([
      ...remoteDrafts().slice(0, 4),
      { ...(remoteDrafts()[4] as Draft), key: newKey('P-384') },
    ]);
    expect(judge([...chain.slice(0, 4), stranger[4] as Buffer], expectations({ cache }))).toBe(
      'ROOT_UNKNOWN',
    );
    const roots = [ROOT, stranger[4] as Buffer];
    // The other root is pinned too, but it did not sign this chain, though another with its name did.
    expect(judge([...chain.slice(0, 4), stranger[4] as Buffer], expectations({ cache, roots }))).toBe(
      'SIGNATURE_INVALID',
    );
  });

  it('is not kept without a size', () => {
    const cache = createKeyAttestationCache(0);
    const chain = signAll(remoteDrafts());
    expect(judge(chain, expectations({ cache }))).toBe('accepted');
    expect(judge(chain, expectations({ cache }))).toBe('accepted');
  });
});
