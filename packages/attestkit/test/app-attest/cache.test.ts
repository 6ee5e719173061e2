import { generateKeyPairSync, hash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { createAppAttestCache, type AppAttestCache } from '../../src/app-attest/index.js';
import { newKeys } from '../kernel/support/certificates.js';
import * as forging from './support/forge.js';
import { judge } from './support/judge.js';

const { DAY, forge, INTERMEDIATE_DER, makeIntermediate, makeRoot, NOW } = forging;

const GOOD = await forge();
const KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
let cache: AppAttestCache;
beforeEach(() => {
  cache = createAppAttestCache();
});

function known(der: Uint8Array): boolean {
  const digest = hash('sha256', der, 'base64');
  return cache.issuers.get(digest) !== undefined;
}

describe('a verified intermediate', () => {
  it('is remembered, and attestations under it are accepted again', () => {
    expect(known(INTERMEDIATE_DER)).toBe(false);
    expect(judge(GOOD.attestation, { ...GOOD.expected, cache })).toBe('accepted');
    expect(known(INTERMEDIATE_DER)).toBe(true);
    expect(judge(GOOD.attestation, { ...GOOD.expected, cache })).toBe('accepted');
  });

  it('is put into the cache once', () => {
    const put: string[] = [];
    const issuers: AppAttestCache['issuers'] = {
      get: (id) => cache.issuers.get(id),
      set: (id, issuer) => {
        put.push(id);
        cache.issuers.set(id, issuer);
      },
    };
    for (let call = 0; call < 3; call += 1)
      expect(judge(GOOD.attestation, { ...GOOD.expected, cache: { ...cache, issuers } })).toBe('accepted');
    expect(put).toEqual([hash('sha256', INTERMEDIATE_DER, 'base64')]);
  });

  it('spares its signature check alone: what is not its own is looked at in every call', async () => {
    judge(GOOD.attestation, { ...GOOD.expected, cache });
    const forged = await forge({ leaf: { signingKey: forging.rootKeys.privateKey } });
    expect(judge(forged.attestation, { ...forged.expected, cache })).toBe(
      'ERR_APP_ATTEST_LEAF_SIGNATURE_INVALID',
    );
    const named = await forge({ leaf: { issuer: 'CN=Other' } });
    expect(judge(named.attestation, { ...named.expected, cache })).toBe('ERR_APP_ATTEST_ISSUER_MISMATCH');
  });

  it('expires in the cache as it does outside', async () => {
    const intermediate = await makeIntermediate({ notAfter: NOW + DAY });
    const { attestation, expected } = await forge({ intermediate });
    expect(judge(attestation, { ...expected, cache })).toBe('accepted');
    const later = { ...expected, cache, now: NOW + DAY + 1000 };
    expect(judge(attestation, later)).toBe('ERR_APP_ATTEST_CERTIFICATE_EXPIRED');
    const earlier = { ...expected, cache, now: NOW - 101 * DAY };
    expect(judge(attestation, earlier)).toBe('ERR_APP_ATTEST_CERTIFICATE_NOT_YET_VALID');
  });

  it('counts under the root alone that it was verified with', async () => {
    const { keys, root } = await otherRoot();
    judge(GOOD.attestation, { ...GOOD.expected, cache });
    expect(known(INTERMEDIATE_DER)).toBe(true);
    const under = { ...GOOD.expected, cache, roots: [root] };
    expect(judge(GOOD.attestation, under)).toBe('ERR_APP_ATTEST_ROOT_UNKNOWN');
    expect(judge(GOOD.attestation, { ...GOOD.expected, cache, roots: undefined })).toBe(
      'ERR_APP_ATTEST_ROOT_UNKNOWN',
    );
    const intermediate = await makeIntermediate({ signingKey: keys.privateKey });
    const other = await forge({ intermediate });
    expect(judge(other.attestation, { ...other.expected, cache, roots: [root] })).toBe('accepted');
    expect(judge(other.attestation, { ...other.expected, cache })).toBe('ERR_APP_ATTEST_ROOT_UNKNOWN');
  });

  it('is not remembered unless the root signed it', async () => {
    const intermediate = await makeIntermediate({ signingKey: forging.intermediateKeys.privateKey });
    const { attestation, expected } = await forge({ intermediate });
    for (let call = 0; call < 2; call += 1)
      expect(judge(attestation, { ...expected, cache })).toBe('ERR_APP_ATTEST_ROOT_UNKNOWN');
    expect(known(intermediate)).toBe(false);
  });

  it('with a bit of its own changed is another one', async () => {
    judge(GOOD.attestation, { ...GOOD.expected, cache });
    for (let at = 0; at < INTERMEDIATE_DER.length; at += 7) {
      const intermediate = Buffer.from(INTERMEDIATE_DER);
      intermediate[at] = (intermediate[at] as number) ^ 1;
      const { attestation, expected } = await forge({ intermediate });
      expect(judge(attestation, { ...expected, cache })).not.toBe('accepted');
    }
  });
});

it.each<[number | undefined, number]>([
  [undefined, 1000],
  [10, 10],
])('a cache of %s keys keeps the last ones in use, and no more than %d', (given, most) => {
  const { keys } = createAppAttestCache(given);
  const ids = Array.from({ length: 3 * most }, (_, at) => String(at));
  for (const id of ids) keys.set(id, KEY);
  expect(ids.slice(-most / 2).filter((id) => keys.get(id) === undefined)).toEqual([]);
  const kept = ids.filter((id) => keys.get(id) !== undefined);
  expect(kept.length).toBeLessThanOrEqual(most);
  expect(keys.get('0')).toBeUndefined();
});

async function otherRoot(): Promise<{ keys: Awaited<ReturnType<typeof newKeys>>; root: Buffer }> {
  const keys = await newKeys('P-384');
  return { keys, root: await makeRoot({ publicKey: keys.publicKey, signingKey: keys.privateKey }) };
}
