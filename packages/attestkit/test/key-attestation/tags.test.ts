import { expect } from 'vitest';
import { readAuthorizationList } from '../../src/key-attestation/description/authorization-list.js';
import { readDer } from '../../src/kernel/asn1/der.js';
import { integer, NULL, octets, sequence, set } from '../../../testing/src/encode/der.js';
import { vectors } from '../vectors.js';
import { applicationId, boolean, elements, enumerated } from './support/describe.js';
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
