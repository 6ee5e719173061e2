import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  inspectKeyAttestation,
  verifyModules,
  type AuthorizationList,
  type KeyDescription,
} from '../../src/key-attestation/index.js';
import { ConfigurationError } from '../../src/kernel/errors.js';
import type { AndroidTag, AndroidTags } from '../../src/testing/index.js';
import { integer, octets, sequence, set } from '../../src/testing/encode/der.js';
import { asJson } from '../key-attestation/support/published.js';
import {
  CHALLENGE,
  device,
  DIGEST,
  expectations,
  judge,
  PACKAGE,
} from './support/virtual-android-verdicts.js';

/** Whatever the verdict is. */
function descriptionOf(chain: readonly Uint8Array[]): KeyDescription {
  const inspection = inspectKeyAttestation(chain, expectations());
  const found = inspection.verdict === 'pass' ? inspection.result : inspection.unverified;
  if (found === undefined) throw new Error('cannot be read');
  return found.keyDescription;
}

const generate = (tags: AndroidTags) => device().generateKey({ challenge: CHALLENGE, tags });
const listsOf = (tags: AndroidTags) => descriptionOf(generate(tags).certificateChain);

const bytes = Buffer.alloc(32, 7);
const app = sequence(set(sequence(octets('a.b'), integer(3))), set(octets(bytes)));

/** Every tag of every version but the root of trust, which is the device's; and what is read where it is not the same. */
const TAGS: readonly (readonly [number, keyof AuthorizationList, AndroidTag, unknown?])[] = [
  [1, 'purpose', [2]],
  [2, 'algorithm', 32],
  [3, 'keySize', 128],
  [4, 'blockMode', [1, 32]],
  [5, 'digest', [0, 4]],
  [6, 'padding', [64]],
  [7, 'callerNonce', true],
  [8, 'minMacLength', 96],
  [10, 'ecCurve', 1],
  [11, 'mlDsaVariant', 2],
  [200, 'rsaPublicExponent', 3],
  [203, 'rsaOaepMgfDigest', [2, 4]],
  [303, 'rollbackResistance', true],
  [305, 'earlyBootOnly', true],
  [400, 'activeDateTime', 1_800_000_000_000],
  [401, 'originationExpireDateTime', 1_800_000_000_001],
  [402, 'usageExpireDateTime', 1_800_000_000_002],
  [405, 'usageCountLimit', 1],
  [502, 'userSecureId', [5, Number.MAX_SAFE_INTEGER]],
  [503, 'noAuthRequired', true],
  [504, 'userAuthType', 3],
  [505, 'authTimeout', 30],
  [506, 'allowWhileOnBody', true],
  [507, 'trustedUserPresenceRequired', true],
  [508, 'trustedConfirmationRequired', true],
  [509, 'unlockedDeviceRequired', true],
  [600, 'allApplications', true],
  [601, 'applicationId', bytes],
  [701, 'creationDateTime', 0],
  [702, 'origin', 4],
  [703, 'rollbackResistant', true],
  [705, 'osVersion', 150_000],
  [706, 'osPatchLevel', 202_501],
  [
    709,
    'attestationApplicationId',
    app,
    { packages: [{ name: 'a.b', version: 3 }], signatureDigests: [bytes] },
  ],
  [710, 'attestationIdBrand', 'google'],
  [711, 'attestationIdDevice', 'akita'],
  [712, 'attestationIdProduct', 'akita'],
  [713, 'attestationIdSerial', '4A011FDJH00000'],
  [714, 'attestationIdImei', '351163520096208'],
  [715, 'attestationIdMeid', 'A000004FE3C5F1'],
  [716, 'attestationIdManufacturer', 'Gööglé'],
  [717, 'attestationIdModel', 'Pixel 8a'],
  [718, 'vendorPatchLevel', 20_250_105],
  [719, 'bootPatchLevel', 202_501],
  [720, 'deviceUniqueAttestation', true],
  [723, 'attestationIdSecondImei', '351163520096216'],
  [724, 'moduleHash', bytes],
];

describe.each(['software', 'hardware'] as const)('a key with tags of its own in the list of %s', (list) => {
  const untouched = listsOf({})[`${list}Enforced`];

  it.each(TAGS.map((row) => [row[0], row] as const))('%i is read as it was given', (tag, row) => {
    const [, name, value, read = value] = row;
    const found = listsOf({ [list]: { [tag]: value } })[`${list}Enforced`];
    expect(asJson(found[name])).toEqual(asJson(read));
    const others = (all: AuthorizationList) => Object.keys(all).filter((each) => each !== name);
    expect(others(found)).toEqual(others(untouched));
  });

  it('takes tags away, and leaves them in their order', () => {
    const changes = { 11: 1, 5: false, 405: 1, 702: false, 724: bytes, 714: '35' } as const;
    const found = listsOf({ [list]: changes })[`${list}Enforced`];
    expect(found).not.toHaveProperty('digest');
    expect(found).not.toHaveProperty('origin');
    const order = TAGS.map(([, name]) => name);
    const places = Object.keys(found).map((name) => order.indexOf(name as keyof AuthorizationList));
    const known = places.filter((place) => place !== -1);
    expect(known).toEqual(known.toSorted((one, other) => one - other));
    expect(untouched).not.toHaveProperty('usageCountLimit');
  });
});

describe('a key with tags', () => {
  it('is genuine: identifiers and a limit of uses are no defects', () => {
    const { certificateChain } = generate({
      software: { 724: bytes },
      hardware: { 405: 1, 503: false, 504: 2, 710: 'google', 714: '351163520096208', 723: '35' },
    });
    expect(judge(certificateChain, expectations())).toBe('accepted');
  });

  it.each([
    [{ hardware: { 702: false } }, 'ORIGIN_INVALID'],
    [{ hardware: { 704: false } }, 'ROOT_OF_TRUST_MISSING'],
    [{ hardware: { 705: 90_000 } }, 'OS_VERSION_DENIED'],
    [{ hardware: { 999: true } }, 'TAG_UNKNOWN'],
    [{ hardware: { 701: 'x' } }, 'DESCRIPTION_MALFORMED'],
    [{ software: { 600: true } }, 'ALL_APPLICATIONS_INVALID'],
    [{ software: { 709: app } }, 'PACKAGE_MISMATCH'],
  ] satisfies [AndroidTags, string][])('%j is refused: %s', (tags, code) => {
    expect(judge(generate(tags).certificateChain, expectations())).toBe(`ERR_KEY_ATTESTATION_${code}`);
  });

  it('shows them to defects, and not to the attestation key of the app', () => {
    const tags = { hardware: { 405: 1, 714: '35' } };
    const phone = device();
    const broken = phone.generateKey({ challenge: CHALLENGE, tags }, 'imported-key');
    expect(descriptionOf(broken.certificateChain).hardwareEnforced).toMatchObject({
      usageCountLimit: 1,
      origin: 2,
    });
    const { certificateChain } = phone.generateKey({ challenge: CHALLENGE, tags, attestKey: true });
    const inspection = inspectKeyAttestation(certificateChain, expectations(['userAuthentication']));
    const found = inspection.verdict === 'pass' ? inspection.result : undefined;
    expect(found?.keyDescription.hardwareEnforced).toMatchObject({ attestationIdImei: '35' });
    expect(found?.attestKeyDescription?.hardwareEnforced).not.toHaveProperty('attestationIdImei');
  });

  it.each([
    ['tags', 'IMEI'],
    ['tags.both', { both: {} }],
    ['tags.hardware', { hardware: [1] }],
    ['tags.hardware', { hardware: null }],
    ['tags.software.imei', { software: { imei: '35' } }],
    ['tags.hardware.0', { hardware: { 0: 1 } }],
    ['tags.hardware.-1', { hardware: { '-1': 1 } }],
    ['tags.hardware.1e2', { hardware: { '1e2': 1 } }],
    ['tags.hardware.268435456', { hardware: { 268435456: 1 } }],
    ['tags.hardware.405', { hardware: { 405: -1 } }],
    ['tags.hardware.405', { hardware: { 405: 1.5 } }],
    ['tags.hardware.405', { hardware: { 405: null } }],
    ['tags.hardware.405', { hardware: { 405: 2 ** 53 } }],
    ['tags.hardware.1', { hardware: { 1: [2, '3'] } }],
    ['tags.hardware.704', { hardware: { 704: bytes } }],
    ['tags.software.704', { software: { 704: true } }],
  ])('cannot have, by %s: %j', (name, tags) => {
    const make = () => generate(tags as never);
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(`${name} `);
  });
});

describe('the modules of a virtual device', () => {
  it('are two of Android’s, whose hash its keys have', () => {
    const phone = device();
    const { certificateChain } = phone.generateKey({ challenge: CHALLENGE });
    const names = verifyModules(phone.modules, descriptionOf(certificateChain));
    expect(names.map(({ packageName }) => packageName)).toEqual([
      'com.android.adbd',
      'com.android.conscrypt',
    ]);
  });

  it('stand in the order of the system: by length, then by name', () => {
    const named = ['com.b', 'com.a', 'com.aa', 'a'].map((packageName, version) => ({ packageName, version }));
    const phone = device({ modules: named });
    const { softwareEnforced } = descriptionOf(phone.generateKey({ challenge: CHALLENGE }).certificateChain);
    expect(Buffer.from(phone.modules).toString('hex')).toBe(
      [
        '312d',
        '3006040161020103',
        '300a0405636f6d2e61020101',
        '300a0405636f6d2e62020100',
        '300b0406636f6d2e6161020102',
      ].join(''),
    );
    expect(Buffer.from(softwareEnforced.moduleHash ?? [])).toEqual(hash('sha256', phone.modules, 'buffer'));
  });

  it.each([
    ['modules', 'com.android.adbd'],
    ['modules[0].packageName', [{ version: 1 }]],
    ['modules[1].version', [{ packageName: 'a', version: 1 }, { packageName: 'b' }]],
    ['modules[0].version', [{ packageName: 'a', version: -1 }]],
    ['modules[0]', [null]],
  ])('are refused for %s: %j', (name, modules) => {
    const make = () => device({ modules: modules as never });
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(name);
  });

  it('are of the device, and nothing of the app', () => {
    expect(device({ packageName: PACKAGE, signingDigests: [DIGEST] }).modules).toEqual(device().modules);
  });
});
