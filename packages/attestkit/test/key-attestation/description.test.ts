import { describe, expect, it } from 'vitest';
import { verifyKeyAttestation } from '../../src/key-attestation/index.js';
import {
  der,
  indefinite,
  integer,
  NULL,
  octets,
  sequence,
  set,
  tagged,
} from '../../../testing/src/encode/der.js';
import {
  applicationId,
  boolean,
  BOOT_KEY,
  DIGEST,
  enumerated,
  HONEST_HARDWARE,
  integers,
  rootOfTrust,
  type Description,
} from './support/describe.js';
import { expectations, remoteDrafts, signAll } from './support/forge.js';
import { judge } from './support/judge.js';

const code = (description: Description): string =>
  judge(signAll(remoteDrafts(description)), expectations({ purposes: ['sign'] }));
const factsOf = (
  description: Description,
): { anomalies: readonly string[]; unknownTags: readonly string[] } =>
  verifyKeyAttestation(signAll(remoteDrafts(description)), expectations()).facts;

describe('accepts what genuine devices write', () => {
  const tags = (change: Record<number, Buffer>): Description => ({ hardware: change });
  const cases: readonly (readonly [string, Description, readonly string[]])[] = [
    ['nothing out of the ordinary', {}, []],
    [
      'tags in another order',
      { hardwareList: HONEST_HARDWARE.toReversed() },
      expect.arrayContaining(['hardwareEnforced: tags not ascending (719 -> 718)']) as never,
    ],
    [
      'a SET OF that is not sorted',
      tags({ 1: set(integer(3), integer(2)) }),
      ['hardwareEnforced.purpose: SET OF not DER-sorted'],
    ],
    [
      'true as 01',
      tags({ 704: rootOfTrust({ locked: boolean(1) }) }),
      ['hardwareEnforced.rootOfTrust.deviceLocked: non-canonical BOOLEAN 0x1'],
    ],
    [
      'true as 7f',
      tags({ 704: rootOfTrust({ locked: boolean(0x7f) }) }),
      ['hardwareEnforced.rootOfTrust.deviceLocked: non-canonical BOOLEAN 0x7f'],
    ],
    ['a number twice in a set', tags({ 1: integers(2, 2) }), []],
    ['no hash of what was booted', tags({ 704: sequence(octets(''), boolean(0xff), enumerated(0)) }), []],
    [
      'an app id in the hardware’s list',
      { software: { 709: undefined }, hardware: { 709: applicationId() } },
      [],
    ],
    ['a time beyond all times', tags({ 402: integer(2n ** 63n - 1n) }), []],
    [
      'a set of numbers in two parts, one of which repeats the other',
      { hardwareList: [tagged(1, integers(2)), ...HONEST_HARDWARE] },
      ['hardwareEnforced.purpose: in several parts'],
    ],
    [
      'an identifier of the device that is no text',
      tags({ 714: integer(7) }),
      ['hardwareEnforced.attestationIdImei: not text, left out'],
    ],
    [
      'a state of the boot as INTEGER',
      tags({ 704: sequence(octets(BOOT_KEY), boolean(0xff), integer(0), octets(BOOT_KEY)) }),
      [],
    ],
    ['lengths that are longer than needed', tags({ 702: Buffer.from('02810100', 'hex') }), []],
    ['a list of indefinite length', tags({ 1: indefinite(0x31, integer(2)) }), []],
    [
      'several apps of one user id',
      {
        software: {
          709: applicationId([
            ['com.example.other', 1],
            ['com.example.app', 7],
          ]),
        },
      },
      [],
    ],
  ];
  it.each(cases)('%s', (_name, description, anomalies) => {
    expect(code(description)).toBe('accepted');
    expect(factsOf(description).anomalies).toEqual(anomalies);
  });

  it.each([1, 2, 3, 4, 100, 200, 300, 400, 500])('version %i', (version) => {
    expect(code({ version })).toBe('accepted');
  });

  it.each([501, 600, 2 ** 31])('what a newer version says besides, and reports it: version %i', (version) => {
    const description: Description = {
      version,
      hardware: { 999: octets('new'), 12: integer(1) },
      software: { 800: NULL },
      more: [integer(1), octets('')],
    };
    expect(code(description)).toBe('accepted');
    expect(factsOf(description)).toMatchObject({
      versionKnown: false,
      unknownTags: ['softwareEnforced 800', 'hardwareEnforced 12', 'hardwareEnforced 999'],
    });
  });
});

it.each([
  [0, 'VERIFIED'],
  [1, 'SELF_SIGNED'],
  [2, 'UNVERIFIED'],
  [3, 'FAILED'],
  [4, 4],
])('names the state of the boot %i: %s', (state, name) => {
  const chain = signAll(remoteDrafts({ hardware: { 704: rootOfTrust({ state }) } }));
  const { keyDescription } = verifyKeyAttestation(chain, expectations({ verifiedBoot: 'any' }));
  expect(keyDescription.hardwareEnforced.rootOfTrust?.verifiedBootState).toBe(name);
});

describe('refuses', () => {
  const deep = (depth: number): Uint8Array => {
    let nested: Uint8Array = NULL;
    for (let level = 0; level < depth; level += 1) nested = sequence(nested);
    return nested;
  };
  const TAGS: readonly (readonly [string, string, Description])[] = [
    ['TAG_UNKNOWN', 'a tag that no version knows', { hardware: { 999: NULL } }],
    ['TAG_UNKNOWN', 'the same in the system’s list', { software: { 13: integer(1) } }],
    ['TAG_REPEATED', 'a tag twice', { hardwareList: [...HONEST_HARDWARE, tagged(702, integer(0))] }],
    [
      'TAG_REPEATED',
      'a tag twice in a newer version',
      { version: 600, hardwareList: [...HONEST_HARDWARE, tagged(702, integer(2))] },
    ],
    [
      'TAG_REPEATED',
      'a number twice, of which one would do',
      { hardwareList: [...HONEST_HARDWARE, tagged(705, integer(160_000))] },
    ],
    [
      'TAG_REPEATED',
      'a root of trust twice',
      { hardwareList: [...HONEST_HARDWARE, tagged(704, rootOfTrust({ state: 2 }))] },
    ],
    [
      'TAG_REPEATED',
      'an identifier twice',
      { hardwareList: [...HONEST_HARDWARE, tagged(714, octets('1')), tagged(714, octets('2'))] },
    ],
    [
      'TAG_REPEATED',
      'an identifier twice, once as no text',
      { hardwareList: [...HONEST_HARDWARE, tagged(714, integer(1)), tagged(714, octets('2'))] },
    ],
    [
      'PURPOSES_DENIED',
      'a key that may attest by the second part of its purposes',
      { hardwareList: [...HONEST_HARDWARE, tagged(1, integers(7))] },
    ],
    [
      'BOOT_STATE_DENIED',
      'a state as INTEGER that was not verified',
      { hardware: { 704: sequence(octets(BOOT_KEY), boolean(0xff), integer(2), octets(BOOT_KEY)) } },
    ],
    ['SECURITY_LEVEL_MISMATCH', 'two security levels', { level: 1, keyMintLevel: 0 }],
    ['SECURITY_LEVEL_MISMATCH', 'two of hardware', { level: 1, keyMintLevel: 2 }],
    ['SECURITY_LEVEL_INVALID', 'a key in software', { level: 0 }],
    ['SECURITY_LEVEL_INVALID', 'a level that nobody documented', { level: 3 }],
    ['CHALLENGE_MISMATCH', 'another challenge', { challenge: 'the-challenge-of-this-tesT' }],
    ['CHALLENGE_MISMATCH', 'a longer challenge', { challenge: 'the-challenge-of-this-test\0' }],
    ['CHALLENGE_MISMATCH', 'no challenge', { challenge: '' }],
    ['ORIGIN_INVALID', 'a key that was imported', { hardware: { 702: integer(2) } }],
    ['ORIGIN_INVALID', 'a key that was derived', { hardware: { 702: integer(1) } }],
    [
      'ORIGIN_INVALID',
      'an origin that only the system says',
      { hardware: { 702: undefined }, software: { 702: integer(0) } },
    ],
    ['PACKAGE_MISMATCH', 'another app', { software: { 709: applicationId([['com.example.apps', 7]]) } }],
    ['PACKAGE_MISMATCH', 'no app', { software: { 709: undefined } }],
    ['PACKAGE_MISMATCH', 'an empty list of apps', { software: { 709: applicationId([]) } }],
    [
      'DIGEST_MISMATCH',
      'the app signed by another',
      { software: { 709: applicationId(undefined, [Buffer.alloc(32)]) } },
    ],
    [
      'DIGEST_MISMATCH',
      'one signer more',
      { software: { 709: applicationId(undefined, [DIGEST, Buffer.alloc(32)]) } },
    ],
    [
      'DIGEST_MISMATCH',
      'the same signer twice',
      { software: { 709: applicationId(undefined, [DIGEST, DIGEST]) } },
    ],
    ['DIGEST_MISMATCH', 'no signer', { software: { 709: applicationId(undefined, []) } }],
    ['ALL_APPLICATIONS_INVALID', 'a key for all apps', { software: { 600: NULL } }],
    ['ALL_APPLICATIONS_INVALID', 'the same, by the hardware', { hardware: { 600: NULL } }],
    ['ROOT_OF_TRUST_MISSING', 'no root of trust', { hardware: { 704: undefined } }],
    [
      'ROOT_OF_TRUST_MISSING',
      'a root of trust of the system’s alone',
      { hardware: { 704: undefined }, software: { 704: rootOfTrust() } },
    ],
    [
      'DEVICE_UNLOCKED_DENIED',
      'an unlocked bootloader',
      { hardware: { 704: rootOfTrust({ locked: boolean(0) }) } },
    ],
    ['BOOT_STATE_DENIED', 'a system of its own', { hardware: { 704: rootOfTrust({ state: 1 }) } }],
    ['BOOT_STATE_DENIED', 'a system that was not verified', { hardware: { 704: rootOfTrust({ state: 2 }) } }],
    ['BOOT_STATE_DENIED', 'a system that failed', { hardware: { 704: rootOfTrust({ state: 3 }) } }],
    ['BOOT_STATE_DENIED', 'a state that nobody documented', { hardware: { 704: rootOfTrust({ state: 9 }) } }],
  ];
  it.each(TAGS)('%s: %s', (expected, _name, description) => {
    expect(code(description)).toBe(expected);
  });

  const malformed: readonly (readonly [string, Description])[] = [
    ['an older version that nobody documented', { version: 5 }],
    ['version 0', { version: 0 }],
    ['a version between two', { version: 401 }],
    ['a ninth element in a known version', { more: [integer(1)] }],
    ['a number for a list', { hardware: { 1: integer(2) } }],
    ['a list for a number', { hardware: { 702: integers(0) } }],
    ['text for a number', { hardware: { 705: octets('16') } }],
    ['a number for NULL', { hardware: { 503: integer(1) } }],
    ['NULL with content', { hardware: { 503: der(5, Buffer.of(0)) } }],
    ['nothing in a tag', { hardware: { 702: Buffer.alloc(0) } }],
    ['two values in a tag', { hardware: { 702: Buffer.concat([integer(0), integer(2)]) } }],
    ['a negative number', { hardware: { 706: der(2, Buffer.of(0xff)) } }],
    ['a number that is too large', { hardware: { 402: integer(2n ** 64n) } }],
    ['a number that is padded', { hardware: { 702: der(2, Buffer.of(0, 0)) } }],
    ['a set in pieces of which one is none', { hardwareList: [...HONEST_HARDWARE, tagged(1, integer(2))] }],
    ['the brand as a number where it is the app id', { software: { 709: integer(1) } }],
    ['a lock of no octet', { hardware: { 704: rootOfTrust({ locked: der(1) }) } }],
    ['a state that is text', { hardware: { 704: sequence(octets(''), boolean(0xff), octets('\0')) } }],
    [
      'a challenge in pieces',
      { challengeElement: der(0x24, octets('the-challenge-of-'), octets('this-test')) },
    ],
    ['a root of trust without a state', { hardware: { 704: sequence(octets(''), boolean(0xff)) } }],
    [
      'a hash of what was booted that is no octets',
      { hardware: { 704: sequence(octets(BOOT_KEY), boolean(0xff), enumerated(0), integer(1)) } },
    ],
    [
      'a root of trust of five elements',
      { hardware: { 704: sequence(octets(''), boolean(0xff), enumerated(0), octets(''), NULL) } },
    ],
    ['a lock of two octets', { hardware: { 704: rootOfTrust({ locked: der(1, Buffer.of(0xff, 0xff)) }) } }],
    ['an app id that is no structure', { software: { 709: octets('com.example.app') } }],
    [
      'an app id with something behind it',
      { software: { 709: octets(Buffer.concat([sequence(set(), set()), NULL])) } },
    ],
    ['an app id of three elements', { software: { 709: octets(sequence(set(), set(), set())) } }],
    [
      'a package without a version',
      { software: { 709: octets(sequence(set(sequence(octets('a'))), set())) } },
    ],
    [
      'a package name that is not UTF-8',
      { software: { 709: octets(sequence(set(sequence(octets(Buffer.of(0xff)), integer(1))), set())) } },
    ],
    ['a list nested 3,000 deep', { hardware: { 1: deep(3000) } }],
    ['an element that is no tag', { hardwareList: [...HONEST_HARDWARE, integer(1)] }],
    ['an element of another class', { hardwareList: [...HONEST_HARDWARE, der(0x61, integer(1))] }],
  ];
  it.each(malformed)('DESCRIPTION_MALFORMED: %s', (_name, description) => {
    expect(code(description)).toBe('DESCRIPTION_MALFORMED');
  });
});
