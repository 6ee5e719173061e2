import { describe, expect, it } from 'vitest';
import {
  readAuthorizationList,
  type AuthorizationList,
} from '../../src/key-attestation/description/authorization-list.js';
import {
  parseKeyDescription,
  readKeyDescription,
} from '../../src/key-attestation/description/key-description.js';
import { readDer } from '../../src/kernel/asn1/der.js';
import { integer, NULL, octets, sequence, set, tagged, TRUE } from '../../../testing/src/encode/der.js';
import { vectors } from '../vectors.js';
import { applicationId, boolean, describeKey, elements, enumerated } from './support/describe.js';
import { asJson } from './support/published.js';

const published = vectors('key-description-blobs/complete');

/** The names that the published list has for ours, where they are others. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  purpose: 'purposes',
  algorithm: 'algorithms',
  blockMode: 'blockModes',
  digest: 'digests',
  padding: 'paddings',
  rsaOaepMgfDigest: 'rsaOaepMgfDigests',
};

const one = set(integer(1), integer(2));
const zeros = octets(Buffer.alloc(32));

/** Every tag, as the published list says what is in it. */
const COMPLETE = sequence(
  ...elements({
    1: one,
    2: integer(1),
    3: integer(2048),
    4: one,
    5: one,
    6: one,
    10: integer(10),
    11: integer(1),
    200: integer(65_537),
    203: one,
    400: integer(1000),
    401: integer(2000),
    402: integer(3000),
    405: integer(10),
    503: NULL,
    504: integer(1),
    505: integer(60),
    506: NULL,
    507: NULL,
    508: NULL,
    509: NULL,
    701: integer(123_456_789),
    702: integer(0),
    703: NULL,
    704: sequence(zeros, boolean(0xff), enumerated(0), zeros),
    705: integer(110_000),
    706: integer(202_101),
    709: applicationId([['package1', 1]], [Buffer.from('signature1')]),
    710: octets('brand'),
    711: octets('device'),
    712: octets('product'),
    713: octets('serial'),
    714: octets('imei'),
    715: octets('meid'),
    716: octets('manufacturer'),
    717: octets('model'),
    718: integer(20_210_101),
    719: integer(20_210_101),
    723: octets('secondImei'),
    724: octets('moduleHash'),
  }),
);

published.run('a list with every tag says what the published one says, member by member', (files) => {
  const notes = { anomalies: [], unknownTags: [], repeatedTags: [] };
  const list = asJson(readAuthorizationList(readDer(COMPLETE), 'list', notes)) as Record<string, unknown>;
  const { softwareEnforced: known } = files[0] as unknown as { softwareEnforced: Record<string, unknown> };
  const found = Object.entries(list).map(([name, value]) => [OTHER_NAMES[name] ?? name, value]);
  expect(asTheyWrite(Object.fromEntries(found))).toEqual(known);
  expect(notes).toEqual({ anomalies: [], unknownTags: [], repeatedTags: [] });
});

type Row = readonly [tag: number, name: keyof AuthorizationList, element: Uint8Array, value: unknown];

const text = Buffer.from('abc');
const numbers = (tag: number, name: keyof AuthorizationList): Row => [tag, name, one, [1, 2]];
const number = (tag: number, name: keyof AuthorizationList): Row => [tag, name, integer(300), 300];
const flag = (tag: number, name: keyof AuthorizationList): Row => [tag, name, NULL, true];
const bytes = (tag: number, name: keyof AuthorizationList): Row => [tag, name, octets(text), text];
const identifier = (tag: number, name: keyof AuthorizationList): Row => [tag, name, octets(text), 'abc'];

const IDENTIFIERS: readonly Row[] = [
  identifier(710, 'attestationIdBrand'),
  identifier(711, 'attestationIdDevice'),
  identifier(712, 'attestationIdProduct'),
  identifier(713, 'attestationIdSerial'),
  identifier(714, 'attestationIdImei'),
  identifier(715, 'attestationIdMeid'),
  identifier(716, 'attestationIdManufacturer'),
  identifier(717, 'attestationIdModel'),
  identifier(723, 'attestationIdSecondImei'),
];

/** Of every other tag what it holds. */
const OTHERS: readonly Row[] = [
  numbers(1, 'purpose'),
  number(2, 'algorithm'),
  number(3, 'keySize'),
  numbers(4, 'blockMode'),
  numbers(5, 'digest'),
  numbers(6, 'padding'),
  flag(7, 'callerNonce'),
  number(8, 'minMacLength'),
  number(10, 'ecCurve'),
  number(11, 'mlDsaVariant'),
  number(200, 'rsaPublicExponent'),
  numbers(203, 'rsaOaepMgfDigest'),
  flag(303, 'rollbackResistance'),
  flag(305, 'earlyBootOnly'),
  number(400, 'activeDateTime'),
  number(401, 'originationExpireDateTime'),
  number(402, 'usageExpireDateTime'),
  number(405, 'usageCountLimit'),
  numbers(502, 'userSecureId'),
  [502, 'userSecureId', integer(300), [300]],
  flag(503, 'noAuthRequired'),
  number(504, 'userAuthType'),
  number(505, 'authTimeout'),
  flag(506, 'allowWhileOnBody'),
  flag(507, 'trustedUserPresenceRequired'),
  flag(508, 'trustedConfirmationRequired'),
  flag(509, 'unlockedDeviceRequired'),
  flag(600, 'allApplications'),
  bytes(601, 'applicationId'),
  number(701, 'creationDateTime'),
  number(702, 'origin'),
  flag(703, 'rollbackResistant'),
  number(705, 'osVersion'),
  number(706, 'osPatchLevel'),
  number(718, 'vendorPatchLevel'),
  number(719, 'bootPatchLevel'),
  flag(720, 'deviceUniqueAttestation'),
  bytes(724, 'moduleHash'),
];

describe('a list of one tag', () => {
  const read = (tag: number, element: Uint8Array) => {
    const notes = { anomalies: [] as string[], unknownTags: [], repeatedTags: [] };
    const list = readAuthorizationList(readDer(sequence(tagged(tag, element))), 'list', notes);
    return [list, notes.anomalies];
  };

  it.each([...OTHERS, ...IDENTIFIERS])('%i: %s', (tag, name, element, value) => {
    expect(read(tag, element)).toEqual([{ [name]: value }, []]);
  });

  it.each(OTHERS)('%i: %s cannot be read if its value is of another type', (tag) => {
    expect(read(tag, TRUE)).toEqual([undefined, []]);
  });

  it.each(IDENTIFIERS)('%i: %s is left out if its value is of another type', (tag, name) => {
    expect(read(tag, TRUE)).toEqual([{}, [`list.${name}: not text, left out`]]);
  });
});

describe('a key description', () => {
  const members = [
    ['attestationVersion', integer(300), TRUE],
    ['attestationSecurityLevel', enumerated(1), octets('')],
    ['keyMintVersion', integer(300), TRUE],
    ['keyMintSecurityLevel', enumerated(1), octets('12345')],
    ['attestationChallenge', octets('challenge'), TRUE],
    ['uniqueId', octets(''), TRUE],
    ['softwareEnforced', sequence(), TRUE],
    ['hardwareEnforced', sequence(), TRUE],
  ] as const;
  const parse = (elements_: readonly Uint8Array[]) => parseKeyDescription(sequence(...elements_));
  const right: readonly Uint8Array[] = members.map(([, element]) => element);

  it('has eight members', () => {
    expect(parse(right)).toMatchObject({ versionKnown: true, description: { attestationVersion: 300 } });
  });

  it.each(members.map(([name, , other], index) => [name, other, index] as const))(
    'cannot be read without its %s, or with another type of it',
    (name, other, index) => {
      expect(parse(right.with(index, other))).toEqual({ unreadable: name });
      const unreadable = index === 0 ? 'KeyDescription' : name;
      expect(parse(right.slice(0, index))).toEqual({ unreadable });
    },
  );
});

it('reads no key description in anything that is none, at whatever length it is cut off', () => {
  const whole = describeKey();
  expect(readKeyDescription(whole)?.description.attestationVersion).toBe(300);
  for (let length = 0; length < whole.length; length += 1)
    expect(readKeyDescription(whole.subarray(0, length))).toBeUndefined();
  expect(readKeyDescription(Buffer.concat([whole, Buffer.of(0)]))).toBeUndefined();
});

it('reads a key description nested 10,000 deep no further than it has to', () => {
  let nested = integer(1);
  for (let level = 0; level < 10_000; level += 1) nested = sequence(nested);
  expect(readKeyDescription(nested)).toBeUndefined();
});

it('a tag below all others is unknown, and in its order', () => {
  const notes = { anomalies: [], unknownTags: [], repeatedTags: [] };
  const element = sequence(...elements({ 0: NULL, 2: integer(1) }));
  expect(readAuthorizationList(readDer(element), 'list', notes)).toEqual({ algorithm: 1 });
  expect(notes).toEqual({ anomalies: [], unknownTags: ['list 0'], repeatedTags: [] });
});

it.each([
  ['in a number', integer(1)],
  ['with an element that has no tag of its own', sequence(integer(1))],
])('there is no list %s', (_name, element) => {
  const notes = { anomalies: [], unknownTags: [], repeatedTags: [] };
  expect(readAuthorizationList(readDer(element), 'list', notes)).toBeUndefined();
});

/** Numbers are text there, and two members have other names. */
function asTheyWrite(value: unknown): unknown {
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.map(asTheyWrite);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, member]) => {
    if (name === 'origin') return [name, member === 0 ? 'GENERATED' : member];
    return [name === 'signatureDigests' ? 'signatures' : name, asTheyWrite(member)];
  });
  return Object.fromEntries(entries) as unknown;
}
