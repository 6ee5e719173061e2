import { webcrypto } from 'node:crypto';
import { encode } from 'cborg';
import { describe, expect, it } from 'vitest';
import { ATTESTATION_CHECKS } from '../../src/app-attest/attestation/attestation-checks.js';
import {
  inspectAppAttestAttestation,
  verifyAppAttestAttestation,
  type AttestationExpectations,
} from '../../src/app-attest/index.js';
import { POLICY_CHECKS } from '../../src/app-attest/attestation/policy-checks.js';
import * as forging from './support/forge.js';
import { judge } from './support/judge.js';

const { APP_ID, CHALLENGE, DAY, forge, HOUR, launchMap, NOW, osExtension } = forging;
const { DEVELOPMENT, INTERMEDIATE_DER, MAC, MAC_POLICY, OS_OID, POLICY_OID, ROOT_DER } = forging;
type Recipe = forging.Recipe;

const GOOD = await forge();

describe('a genuine attestation', () => {
  it('gives all that it says', async () => {
    const { attestation, expected } = await forge({ launch: launchMap(4, '42'), flags: 0xc0 });
    const result = verifyAppAttestAttestation(attestation, expected);
    const spki = await webcrypto.subtle.exportKey('spki', forging.leafKeys.publicKey);
    expect(result).toEqual({
      kind: 'appAttest',
      appId: APP_ID,
      environment: 'production',
      key: {
        id: Buffer.from(expected.keyId as Uint8Array).toString('base64url'),
        publicKey: new Uint8Array(spki),
        thumbprint: expect.stringMatching(/^[\w-]{43}$/),
      },
      certificate: expect.any(Uint8Array),
      receipt: new Uint8Array(Buffer.from('a receipt')),
      category: 'app-store',
      bundleVersion: '42',
      codeDirectoryHash: undefined,
      osVersion: '17.2.1',
      osBuild: '21C66',
      platform: 'ios',
      issuedAt: NOW,
      rootKeyId: expect.stringMatching(/^[\w-]{43}$/),
      virtual: true,
    });
    const inspection = inspectAppAttestAttestation(attestation, expected);
    expect(inspection).toMatchObject({ verdict: 'pass', result });
  });

  it('gives bytes of its own, no views of the caller’s', async () => {
    const { attestation, expected } = await forge();
    const result = verifyAppAttestAttestation(attestation, expected);
    attestation.fill(0);
    expect(Buffer.from(result.receipt).toString()).toBe('a receipt');
    for (const bytes of [result.receipt, result.certificate, result.key.publicKey])
      expect(bytes.constructor).toBe(Uint8Array);
  });

  it('has every check reported once, in the order of the catalog', () => {
    const { checks } = inspectAppAttestAttestation(GOOD.attestation, GOOD.expected);
    const order = [...Object.values(ATTESTATION_CHECKS), ...Object.values(POLICY_CHECKS)].map(
      ({ code }) => code,
    );
    const reported = checks.map(({ code }) => code);
    expect(reported).toEqual(order.filter((code) => reported.includes(code)));
    const { appId, virtual, root, risk } = POLICY_CHECKS;
    const ofStored = [appId, virtual, root, risk].map(({ code }) => code);
    expect(order.filter((code) => !reported.includes(code))).toEqual(ofStored);
  });

  it.each<[string, string, boolean]>([
    ['17.2.1', '17.2.1', true],
    ['17.2.1', '17.2', true],
    ['17.2', '17.2.1', false],
    ['17.2', '17.2.0', true],
    ['17.2.0', '17.2', true],
    ['17', '17.0.0.1', false],
    ['17.10', '17.9', true],
    ['17.9', '17.10', false],
    ['18', '17.9.9', true],
    ['16.9.9', '17', false],
    ['17.2 beta', '17', false],
    ['', '17', false],
  ])('of system %s is at least of %s: %s', async (version, minimumOs, isAtLeast) => {
    const recipe = { extensions: { [OS_OID]: osExtension(version, '21C66', 'iphoneos') } };
    const { attestation, expected } = await forge(recipe);
    const verdict = isAtLeast ? 'accepted' : 'ERR_APP_ATTEST_OS_VERSION_DENIED';
    expect(judge(attestation, { ...expected, minimumOs })).toBe(verdict);
  });

  it.each<[number, string | undefined]>([
    [0, undefined],
    [1, 'operating-system'],
    [2, 'testflight'],
    [3, 'development'],
    [4, 'app-store'],
    [5, 'enterprise'],
    [6, 'developer-id'],
    [7, undefined],
    [8, undefined],
    [9, undefined],
    [10, 'other'],
    [11, undefined],
    [0x04000000, undefined],
  ])('of category %d is of %s', async (number, category) => {
    const { attestation, expected } = await forge({ launch: launchMap(number, '42') });
    const verdict = category === undefined ? 'ERR_APP_ATTEST_CATEGORY_INVALID' : 'accepted';
    expect(judge(attestation, expected)).toBe(verdict);
    const inspection = inspectAppAttestAttestation(attestation, expected);
    if (inspection.verdict === 'pass') expect(inspection.result.category).toBe(category);
  });

  it('is not asked for what no option asks for, and the report says so', () => {
    const { checks } = inspectAppAttestAttestation(GOOD.attestation, GOOD.expected);
    const asked = { minimumOs: '17', maxAgeSeconds: 60, category: { allowed: ['app-store'] } } as const;
    const more = inspectAppAttestAttestation(GOOD.attestation, { ...GOOD.expected, ...asked }).checks;
    const detailsOf = (reports: typeof checks, start: string) =>
      reports
        .filter(({ detail }) => detail.startsWith(start))
        .map(({ code, detail }) => [code.slice(15), detail]);
    expect(detailsOf(checks, 'not asked')).toEqual([
      ['CATEGORY_MISSING', 'not asked'],
      ['CATEGORY_DENIED', 'not asked'],
      ['BUNDLE_VERSION_MISSING', 'not asked'],
      ['BUNDLE_VERSION_DENIED', 'not asked'],
      ['CODE_DIRECTORY_MISSING', 'not asked'],
      ['CODE_DIRECTORY_DENIED', 'not asked'],
      ['OS_VERSION_DENIED', 'not asked; found "17.2.1"'],
      ['NOT_YET_VALID', 'not asked; found 0 s'],
      ['TOO_OLD', 'not asked; found 0 s'],
    ]);
    expect(detailsOf(more, 'found 0 s')).toEqual([
      ['NOT_YET_VALID', 'found 0 s, expected at least -60 s'],
      ['TOO_OLD', 'found 0 s, expected at most 60 s'],
    ]);
    expect(detailsOf(more, 'not asked').map(([code]) => code)).toEqual([
      'BUNDLE_VERSION_MISSING',
      'BUNDLE_VERSION_DENIED',
      'CODE_DIRECTORY_MISSING',
      'CODE_DIRECTORY_DENIED',
    ]);
  });

  it.each<[string, Recipe, Partial<AttestationExpectations>]>([
    ['with a map of extensions that no flag announces', { launch: launchMap(1, '1'), flags: 0x40 }, {}],
    ['with flags that announce what is not there', { flags: 0xff }, {}],
    ['with no flags', { flags: 0 }, {}],
    ['with short names of extensions', { launch: Buffer.from(encode({ bundleVersion: '1' })) }, {}],
    [
      'with extensions that are not known',
      { launch: Buffer.from(encode({ apple_cd_hash_type_01: Buffer.of(2) })) },
      {},
    ],
    ['with an unsigned cdHash', { members: (members) => ({ ...members, cdHash: Buffer.alloc(32) }) }, {}],
    ['with the purpose of App Attest', { extensions: { '2.5.29.37': '300b06092a864886f763640418' } }, {}],
    ['with an access policy of iOS', { extensions: { [POLICY_OID]: '3005a303040161' } }, {}],
    ...['iphoneos', 'watchos', 'appletvos', 'xros'].map(
      (platform): [string, Recipe, Partial<AttestationExpectations>] => [
        `with an access policy of iOS on ${platform}`,
        {
          extensions: { [OS_OID]: osExtension('17.2.1', '21C66', platform), [POLICY_OID]: '3005a303040161' },
        },
        {},
      ],
    ),
    ['on a Mac with full security', { extensions: { [OS_OID]: MAC, [POLICY_OID]: MAC_POLICY } }, {}],
    [
      'of iOS 14, without platform and policy',
      { extensions: { [OS_OID]: osExtension('14.0', '18A', undefined) } },
      {},
    ],
    ['without a word on the operating system', { extensions: { [OS_OID]: null } }, {}],
    ['of development, where that is allowed', { aaguid: DEVELOPMENT }, { environments: ['development'] }],
    ['of either environment, where both are', {}, { environments: ['development', 'production'] }],
    ['for one of several apps', {}, { appIds: ['TEAMID1234.com.example.other', APP_ID] }],
    ['of the oldest system allowed', {}, { minimumOs: '17.2.1' }],
    ['of a system newer in a number, not in a digit', {}, { minimumOs: '9.10' }],
    ['of an age that is allowed', {}, { maxAgeSeconds: 3600, now: NOW + HOUR }],
    ['by a clock that is a minute ahead', {}, { maxAgeSeconds: 3600, now: NOW - 60_000 }],
    ['at the first moment of its certificate', {}, { now: NOW - DAY }],
    ['at the last moment of its certificate', {}, { now: NOW + 2 * DAY }],
    ['of any age, where none is asked for', {}, { now: NOW + 47 * HOUR }],
    [
      'of an allowed category and version',
      { launch: launchMap(4, '42') },
      { category: { allowed: ['app-store'] }, bundleVersion: { allowed: ['41', '42'] } },
    ],
    [
      'of no category, where that is accepted',
      {},
      { category: { allowed: ['app-store'], whenAbsent: 'accept' } },
    ],
  ])('is accepted %s', async (_, recipe, more) => {
    const { attestation, expected } = await forge(recipe);
    expect(judge(attestation, { ...expected, ...more })).toBe('accepted');
  });

  it('is accepted by any form of key id, challenge and root', () => {
    const { attestation, expected } = GOOD;
    const keyId = Buffer.from(expected.keyId as Uint8Array);
    const pem = `-----BEGIN CERTIFICATE-----\n${ROOT_DER.toString('base64')}\n-----END CERTIFICATE-----\n`;
    for (const more of [
      { keyId: keyId.toString('base64') },
      { keyId: keyId.toString('base64url') },
      { challenge: Buffer.from(CHALLENGE) },
      { roots: [pem] },
      { roots: [INTERMEDIATE_DER, new Uint8Array(ROOT_DER)] },
    ])
      expect(judge(attestation, { ...expected, ...more })).toBe('accepted');
  });
});
