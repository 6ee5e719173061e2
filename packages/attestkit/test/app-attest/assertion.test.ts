import { createHash, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { encode } from 'cborg';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ASSERTION_CHECKS } from '../../src/app-attest/assertion/assertion-checks.js';
import {
  createAppAttestCache,
  inspectAppAttestAssertion,
  verifyAppAttestAssertion,
  type AssertionExpectations,
} from '../../src/app-attest/index.js';
import { APP_ID, codeMap, launchMap } from './support/forge.js';
import { judgeAssertion as judge } from './support/judge.js';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const SPKI: Buffer = publicKey.export({ type: 'spki', format: 'der' });
const CLIENT_DATA = Buffer.from('{"amount":1}');
const EXPECTED: AssertionExpectations = {
  appId: APP_ID,
  publicKey,
  clientData: CLIENT_DATA,
  previousCounter: 6,
};

const sha256 = (...parts: Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();

interface Recipe {
  readonly appId?: string;
  readonly flags?: number;
  readonly counter?: number;
  readonly launch?: Uint8Array;
  readonly authenticatorData?: (data: Buffer) => Uint8Array;
  /** What is signed; by default the nonce, which ECDSA hashes once more. */
  readonly signed?: (data: Uint8Array) => Buffer;
  readonly key?: KeyObject;
  readonly members?: (members: Record<string, unknown>) => unknown;
}

function assertion(recipe: Recipe = {}): Buffer {
  const counter = Buffer.alloc(4);
  counter.writeUInt32BE(recipe.counter ?? 7);
  const flags = Buffer.of(recipe.flags ?? 0x40);
  const launch = recipe.launch ?? Buffer.alloc(0);
  const built = Buffer.concat([sha256(Buffer.from(recipe.appId ?? APP_ID)), flags, counter, launch]);
  const authenticatorData = recipe.authenticatorData?.(built) ?? built;
  const signed = recipe.signed?.(authenticatorData) ?? sha256(authenticatorData, sha256(CLIENT_DATA));
  const members = { signature: sign('sha256', signed, recipe.key ?? privateKey), authenticatorData };
  return Buffer.from(encode(recipe.members?.(members) ?? members));
}

describe('a genuine assertion', () => {
  it('gives its counter, and what iOS 27 says', () => {
    const sent = assertion({ launch: launchMap(4, '42'), flags: 0xc0 });
    const result = {
      kind: 'appAttestAssertion',
      counter: 7,
      appId: APP_ID,
      category: 'app-store',
      bundleVersion: '42',
    };
    expect(verifyAppAttestAssertion(sent, EXPECTED)).toEqual(result);
    expect(inspectAppAttestAssertion(sent, EXPECTED)).toMatchObject({ verdict: 'pass', result });
  });

  it('has every check reported once, in the order of the catalog', () => {
    const { checks } = inspectAppAttestAssertion(assertion(), EXPECTED);
    const { encoding, key, ...rest } = ASSERTION_CHECKS;
    expect([encoding, key]).toHaveLength(2);
    expect(checks.map(({ code }) => code)).toEqual(Object.values(rest).map(({ code }) => code));
  });

  it('has its counter in the report, and the least that it may be', () => {
    for (const [previousCounter, ok] of [
      [6, true],
      [7, false],
    ] as const) {
      const { checks } = inspectAppAttestAssertion(assertion(), { ...EXPECTED, previousCounter });
      const report = checks.find(({ code }) => code === ASSERTION_CHECKS.counter.code);
      expect(report?.ok).toBe(ok);
      expect(report?.detail).toMatch(new RegExp(`found 7, expected at least ${previousCounter + 1}$`));
    }
  });

  it.each<[string, Recipe, Partial<AssertionExpectations>]>([
    ['without extensions', {}, {}],
    ['with extensions that no flag announces', { launch: launchMap(1, '1'), flags: 0 }, {}],
    ['with flags that announce what is not there', { flags: 0xff }, {}],
    [
      'with the names of Apple’s prose',
      { launch: Buffer.from(encode({ validationCategory: Buffer.of(4, 0, 0, 0), bundleVersion: '42' })) },
      { category: { allowed: ['app-store'] }, bundleVersion: { allowed: ['42'] } },
    ],
    ['with an empty map', { launch: Buffer.of(0xa0) }, {}],
    [
      'with another member, which is not looked at',
      { members: (all) => ({ ...all, cdHash: Buffer.of(1) }) },
      {},
    ],
    ['by the highest counter', { counter: 0xffff_ffff }, { previousCounter: 0xffff_fffe }],
    ['by a counter beyond 2^31', { counter: 0x8000_0001 }, { previousCounter: 0x8000_0000 }],
    ['by the first counter', { counter: 1 }, { previousCounter: 0 }],
    [
      'by its hash in place of client data',
      {},
      { clientData: undefined, clientDataHash: sha256(CLIENT_DATA) },
    ],
    ['by its key in PEM', {}, { publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString() }],
    ['by its key in DER', {}, { publicKey: new Uint8Array(SPKI) }],
  ])('is accepted %s', (_, recipe, more) => {
    expect(judge(assertion(recipe), { ...EXPECTED, ...more })).toBe('accepted');
  });

  it('may have been made over a hash of any length', () => {
    const clientDataHash = Buffer.from('not hashed');
    const sent = assertion({ signed: (data) => sha256(data, clientDataHash) });
    expect(judge(sent, { ...EXPECTED, clientData: undefined, clientDataHash })).toBe('accepted');
  });

  it('imports its key once, where there is a cache', () => {
    const cache = createAppAttestCache();
    const expected = { ...EXPECTED, publicKey: SPKI, cache };
    expect(judge(assertion(), expected)).toBe('accepted');
    const kept = cache.keys.get(SPKI.toString('latin1'));
    expect(kept?.equals(publicKey)).toBe(true);
    expect(judge(assertion(), expected)).toBe('accepted');
    expect(cache.keys.get(SPKI.toString('latin1'))).toBe(kept);
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    expect(judge(assertion({ key: other }), expected)).toBe('ERR_APP_ATTEST_ASSERTION_SIGNATURE_INVALID');
    const otherKey = createPublicKey(other).export({ type: 'spki', format: 'der' });
    expect(judge(assertion({ key: other }), { ...expected, publicKey: otherKey })).toBe('accepted');
  });
});

const otherKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

const REFUSED: readonly (readonly [string, string, Recipe, Partial<AssertionExpectations>?])[] = [
  ['a list', 'CBOR_MALFORMED', { members: ({ signature }) => [signature] }],
  [
    'a key that is no text',
    'CBOR_MALFORMED',
    { members: (all) => new Map<unknown, unknown>([...Object.entries(all), [1, 1]]) },
  ],
  ['no signature', 'MEMBERS_MALFORMED', { members: ({ authenticatorData }) => ({ authenticatorData }) }],
  ['no authenticator data', 'MEMBERS_MALFORMED', { members: ({ signature }) => ({ signature }) }],
  ['a signature that is text', 'MEMBERS_MALFORMED', { members: (all) => ({ ...all, signature: 'x' }) }],
  [
    'authenticator data that is text',
    'MEMBERS_MALFORMED',
    { members: (all) => ({ ...all, authenticatorData: 'x' }) },
  ],
  [
    'authenticator data of 36 bytes',
    'AUTH_DATA_MALFORMED',
    { authenticatorData: (data) => data.subarray(0, 36) },
  ],
  ['a byte behind the authenticator data', 'AUTH_DATA_MALFORMED', { launch: Buffer.of(0) }],
  ['two maps of extensions', 'AUTH_DATA_MALFORMED', { launch: Buffer.of(0xa0, 0xa0) }],
  ['extensions by number', 'AUTH_DATA_MALFORMED', { launch: Buffer.from('a10101', 'hex') }],
  ['an extension twice', 'AUTH_DATA_MALFORMED', { launch: Buffer.from('a2617801617801', 'hex') }],
  [
    'both names of the bundle version',
    'AUTH_DATA_MALFORMED',
    { launch: Buffer.from(encode({ apple_bundle_version_01: '1', bundleVersion: '1' })) },
  ],
  ['a signature by another key', 'SIGNATURE_INVALID', { key: otherKey }],
  [
    'a signature over the data hashed once',
    'SIGNATURE_INVALID',
    { signed: (data) => Buffer.concat([data, sha256(CLIENT_DATA)]) },
  ],
  ['a signature over the client data alone', 'SIGNATURE_INVALID', { signed: () => CLIENT_DATA }],
  [
    'a signature over client data that is not hashed',
    'SIGNATURE_INVALID',
    { signed: (data) => sha256(data, CLIENT_DATA) },
  ],
  ['an empty signature', 'SIGNATURE_INVALID', { members: (all) => ({ ...all, signature: Buffer.of() }) }],
  [
    'a signature that is no DER',
    'SIGNATURE_INVALID',
    { members: (all) => ({ ...all, signature: Buffer.alloc(64, 1) }) },
  ],
  [
    'a signature of zeros',
    'SIGNATURE_INVALID',
    { members: (all) => ({ ...all, signature: Buffer.from('3006020100020100', 'hex') }) },
  ],
  [
    'a signature with a byte behind it',
    'SIGNATURE_INVALID',
    { members: (all) => ({ ...all, signature: Buffer.concat([all['signature'] as Buffer, Buffer.of(0)]) }) },
  ],
  ['other client data', 'SIGNATURE_INVALID', {}, { clientData: Buffer.from('{"amount": 1}') }],
  ['no client data', 'SIGNATURE_INVALID', {}, { clientData: Buffer.of() }],
  ['another app', 'APP_ID_MISMATCH', { appId: 'TEAMID1234.com.example.other' }],
  ['the counter of the last one', 'COUNTER_REUSED', { counter: 6 }],
  ['an earlier counter', 'COUNTER_REUSED', { counter: 5 }],
  ['a counter of zero', 'COUNTER_REUSED', { counter: 0 }, { previousCounter: 0 }],
  ['a counter that has gone round', 'COUNTER_REUSED', { counter: 1 }, { previousCounter: 0xffff_ffff }],
  ['a category that is not one for apps', 'CATEGORY_INVALID', { launch: launchMap(7, '1') }],
  [
    'a category that is a number',
    'CATEGORY_INVALID',
    { launch: Buffer.from(encode({ validationCategory: 4 })) },
  ],
  [
    'a bundle version that is bytes',
    'BUNDLE_VERSION_INVALID',
    { launch: Buffer.from(encode({ bundleVersion: Buffer.of(1) })) },
  ],
  ['no category, where one is required', 'CATEGORY_MISSING', {}, { category: { allowed: ['app-store'] } }],
  [
    'another category',
    'CATEGORY_DENIED',
    { launch: launchMap(2, '1') },
    { category: { allowed: ['app-store'] } },
  ],
  [
    'no bundle version, where one is required',
    'BUNDLE_VERSION_MISSING',
    {},
    { bundleVersion: { allowed: ['1'] } },
  ],
  [
    'another bundle version',
    'BUNDLE_VERSION_DENIED',
    { launch: launchMap(4, '2') },
    { bundleVersion: { allowed: ['1'] } },
  ],
  [
    'no hash of the code, where one is required',
    'CODE_DIRECTORY_MISSING',
    {},
    { codeDirectoryHash: { allowed: ['ab'.repeat(32)] } },
  ],
  [
    'other code',
    'CODE_DIRECTORY_DENIED',
    { launch: codeMap('cd') },
    { codeDirectoryHash: { allowed: ['ab'.repeat(32)] } },
  ],
];

describe('an assertion is refused with its own code for', () => {
  it.each(REFUSED.map((each) => ({ name: `${each[0]}: ${each[1]}`, each })))('$name', ({ each }) => {
    const [, code, recipe, more] = each;
    expect(judge(assertion(recipe), { ...EXPECTED, ...more })).toBe(`ERR_APP_ATTEST_ASSERTION_${code}`);
  });

  it('more than 4 KiB', () => {
    expect(judge(Buffer.alloc(4097), EXPECTED)).toBe('ERR_APP_ATTEST_ASSERTION_TOO_LARGE');
    expect(judge(Buffer.alloc(4096), EXPECTED)).toBe('ERR_APP_ATTEST_ASSERTION_CBOR_MALFORMED');
    expect(judge('x' as unknown as Uint8Array, EXPECTED)).toBe('ERR_APP_ATTEST_ASSERTION_TOO_LARGE');
  });

  it('each check of the catalog', () => {
    const tried = new Set(REFUSED.map(([, code]) => `ERR_APP_ATTEST_ASSERTION_${code}`));
    const left = Object.values(ASSERTION_CHECKS).filter(({ code }) => !tried.has(code));
    // The first two are tried in evidence.test.ts, the third above.
    expect(left).toEqual([ASSERTION_CHECKS.encoding, ASSERTION_CHECKS.size, ASSERTION_CHECKS.key]);
  });

  it('any other bytes, without ever throwing anything else', () => {
    const good = assertion({ launch: launchMap(4, '42') });
    const changed = fc
      .tuple(fc.nat(good.length - 1), fc.nat(2), fc.uint8Array({ maxLength: 3 }))
      .map(([at, removed, put]) => Buffer.concat([good.subarray(0, at), put, good.subarray(at + removed)]));
    fc.assert(
      fc.property(fc.oneof(changed, fc.uint8Array({ maxLength: 100 })), (sent) => {
        fc.pre(!good.equals(sent));
        expect(judge(sent, EXPECTED)).toMatch(/^ERR_APP_ATTEST_ASSERTION_/);
      }),
      { numRuns: 2000 },
    );
  });

  it('an assertion that is cut off, or nested 4,000 deep', () => {
    const good = assertion();
    for (let length = 0; length < good.length; length += 1)
      expect(judge(good.subarray(0, length), EXPECTED)).toBe('ERR_APP_ATTEST_ASSERTION_CBOR_MALFORMED');
    const nested = Buffer.alloc(4000, 0x81);
    expect(judge(nested, EXPECTED)).toBe('ERR_APP_ATTEST_ASSERTION_CBOR_MALFORMED');
    const inside = assertion({ launch: nested.subarray(0, 3000) });
    expect(judge(inside, EXPECTED)).toBe('ERR_APP_ATTEST_ASSERTION_AUTH_DATA_MALFORMED');
  });
});
