import { describe, expect, it } from 'vitest';
import { RECEIPT_CHECKS as CHECKS } from '../../src/app-attest/receipt/checks.js';
import type { ReceiptExpectations } from '../../src/app-attest/receipt/verify.js';
import {
  der,
  indefinite,
  integer,
  NULL,
  octets,
  oid,
  sequence,
  set,
} from '../../../testing/src/encode/der.js';
import type { ReceiptSteps } from '../../../testing/src/apple/make-receipt.js';
import { newKeys } from '../../../testing/src/apple/authorities.js';
import * as shared from './support/receipts.js';

const { APP, certificateFor, codeOf, field, KEYS, later, LEAF, NOW, receipt, repacked } = shared;
const { replaced, without } = shared;

const GOOD = receipt();
const SHA256 = '2.16.840.1.101.3.4.2.1';
const ECDSA_SHA256 = '1.2.840.10045.4.3.2';
const stranger = newKeys('P-256');
const nested = (tag: number, depth: number): Buffer => {
  let bytes: Buffer = Buffer.alloc(0);
  for (let at = 0; at < depth; at += 1) bytes = der(tag, bytes);
  return bytes;
};

type Row = readonly [keyof typeof CHECKS, string, Uint8Array, Partial<ReceiptExpectations>?];

/** What cannot be read, or is not for this app, key and time: nothing of it is repaired. */
const REFUSED: readonly Row[] = [
  ['size', 'more than 16 KiB', Buffer.concat([GOOD, Buffer.alloc(16_384)])],
  ['size', 'an octet more than 16 KiB', Buffer.alloc(16_385)],
  ['structure', '16 KiB of nothing', Buffer.alloc(16_384)],
  ['structure', 'nothing', Buffer.alloc(0)],
  ['structure', 'text', Buffer.from('receipt')],
  ['structure', 'the receipt in base64', Buffer.from(Buffer.from(GOOD).toString('base64'))],
  ['structure', 'an octet after it', Buffer.concat([GOOD, Buffer.alloc(1)])],
  ['structure', 'two receipts', Buffer.concat([GOOD, GOOD])],
  ['structure', 'SEQUENCEs 4,000 deep', nested(0x30, 4000)],
  ['structure', 'indefinite SEQUENCEs 8,000 deep, without an end', Buffer.from('3080'.repeat(8000), 'hex')],
  ['structure', 'another content type', receipt({}, { signed: (s) => ({ ...s, contentType: s.innerType }) })],
  [
    'structure',
    'content that is no data',
    receipt({}, { signed: (s) => ({ ...s, innerType: s.contentType }) }),
  ],
  ['structure', 'version 3', receipt({}, { signed: (s) => ({ ...s, version: integer(3) }) })],
  [
    'structure',
    'nine certificates',
    receipt({}, { signed: (s) => ({ ...s, certificates: Array(3).fill(s.certificates).flat() }) }),
  ],
  [
    'structure',
    'a SET of lists for digests',
    receipt({}, { signed: (s) => ({ ...s, digests: set(set()) }) }),
  ],
  [
    'structure',
    'content in pieces of pieces',
    repacked((c) => indefinite(0x24, indefinite(0x24, octets(c)))),
  ],
  ['structure', 'content in pieces of another type', repacked((c) => indefinite(0x24, der(0x0c, c)))],
  ['structure', 'a signer of version 3', receipt({}, { signer: (s) => ({ ...s, version: integer(3) }) })],
  ...([set(), octets('signer'), sequence(), integer(1)] as const).flatMap((signer): Row[] => [
    ['structure', 'a signer of no parts', receipt({}, { signed: (s) => ({ ...s, signers: [signer] }) })],
    [
      'structure',
      'a signer of no parts behind a good one',
      receipt({}, { signed: (s) => ({ ...s, signers: [...s.signers, signer] }) }),
    ],
  ]),
  ...(['version', 'issuerAndSerial', 'digest', 'algorithm', 'signature'] as const).flatMap((part): Row[] =>
    [set(), der(0x0c), der(0x80)].map((other): Row => [
      'structure',
      `a signer whose ${part} is of another type`,
      receipt({}, { signer: (s) => ({ ...s, [part]: other }) }),
    ]),
  ),
  ...[octets('x'), integer(1), sequence(), Buffer.concat([NULL, NULL])].flatMap((parameters): Row[] => [
    [
      'structure',
      'a digest algorithm with parameters',
      receipt({}, { signer: (s) => ({ ...s, digest: sequence(oid(SHA256), parameters) }) }),
    ],
    [
      'structure',
      'an announced digest algorithm with parameters',
      receipt({}, { signed: (s) => ({ ...s, digests: set(sequence(oid(SHA256), parameters)) }) }),
    ],
    [
      'structure',
      'a signature algorithm with parameters',
      receipt({}, { signer: (s) => ({ ...s, algorithm: sequence(oid(ECDSA_SHA256), parameters) }) }),
    ],
  ]),
  [
    'structure',
    'unsigned attributes',
    receipt({}, { signer: (s) => ({ ...s, signature: Buffer.concat([s.signature, der(0xa1)]) }) }),
  ],
  [
    'structure',
    'a signer without a serial',
    receipt({}, { signer: (s) => ({ ...s, issuerAndSerial: sequence() }) }),
  ],
  ['oneSigner', 'no signer', receipt({}, { signed: (s) => ({ ...s, signers: [] }) })],
  [
    'oneSigner',
    'the signer twice',
    receipt({}, { signed: (s) => ({ ...s, signers: [...s.signers, ...s.signers] }) }),
  ],
  ['payload', 'an empty payload', receipt({}, { payload: () => Buffer.alloc(0) })],
  [
    'payload',
    'a payload with something after it',
    receipt({}, { payload: (p) => Buffer.concat([p, Buffer.alloc(2)]) }),
  ],
  [
    'payload',
    'a payload that is a SEQUENCE',
    receipt({}, { payload: (p) => Buffer.concat([Buffer.of(0x30), p.subarray(1)]) }),
  ],
  ['payload', 'a payload 3,000 deep', receipt({}, { payload: () => nested(0x31, 3000) })],
  ['payload', 'a payload in BER', receipt({}, { payload: () => indefinite(0x31) })],
  [
    'payload',
    '65 fields',
    receipt({}, { fields: (f) => [...f, ...Array.from({ length: 58 }, (_, at) => field(100 + at, 'x'))] }),
  ],
  [
    'payload',
    'a field of four parts',
    receipt({}, { payload: () => set(sequence(integer(2), integer(1), octets('a'), octets('b'))) }),
  ],
  [
    'payload',
    'a field whose type is text',
    receipt({}, { payload: () => set(sequence(octets('2'), integer(1), octets('a'))) }),
  ],
  ...[set(), integer(5), der(0x80), der(0x0c)].flatMap((value): Row[] => [
    [
      'payload',
      'a value that is no octets',
      receipt({}, { payload: () => set(sequence(integer(2), integer(1), value)) }),
    ],
    [
      'payload',
      'a value that is no octets in a field that nobody knows',
      receipt({}, { payload: (p) => der(0x31, p.subarray(4), sequence(integer(99), integer(1), value)) }),
    ],
  ]),
  [
    'payload',
    'a field whose version is text',
    receipt({}, { payload: () => set(sequence(integer(2), octets('1'), octets('a'))) }),
  ],
  ['appIdField', 'an app id that is no UTF-8', receipt({}, { fields: replaced(2, Buffer.of(0xff)) })],
  ['appIdField', 'an empty app id', receipt({}, { fields: replaced(2, '') })],
  ['keyField', 'a bare key', receipt({}, { fields: replaced(3, KEYS.publicKey) })],
  [
    'keyField',
    'a certificate with something after it',
    receipt({ certificate: Buffer.concat([LEAF, Buffer.of(0)]) }),
  ],
  ['keyField', 'a certificate for P-384', receipt({ certificate: certificateFor(newKeys('P-384')) })],
  ['clientHashField', 'an empty client hash', receipt({ clientDataHash: Buffer.alloc(0) })],
  ['tokenField', 'an empty token', receipt({ token: '' })],
  ['typeField', 'the type PRODUCTION', receipt({}, { fields: replaced(6, 'PRODUCTION') })],
  ['typeField', 'a type in small letters', receipt({}, { fields: replaced(6, 'attest') })],
  ['environmentField', 'the environment development', receipt({}, { fields: replaced(7, 'development') })],
  ['environmentField', 'the environment toString', receipt({}, { fields: replaced(7, 'toString') })],
  ...[
    '2026-06-01T12:00:00',
    '2026-06-01T12:00:00.1234Z',
    '2026-06-01T12:00:00.Z',
    '2026-06-01T12:00:00+00:00',
    '2026-06-01 12:00:00Z',
    '2026-02-30T12:00:00.1Z',
    '2026-06-01T24:00:00Z',
    '2026-06-01T12:00:60Z',
    '+02026-06-01T12:00:00Z',
    '1780315200000',
    '2026-06-01T12:00:00Z\n',
  ].flatMap((text): Row[] => [
    ['createdField', `made at ${text}`, receipt({}, { fields: replaced(12, text) })],
    ['expiresField', `expires at ${text}`, receipt({}, { fields: replaced(21, text) })],
    ['notBeforeField', `not before ${text}`, receipt({ type: 'RECEIPT' }, { fields: replaced(19, text) })],
  ]),
  ...['', '-1', '1.5', '01', '1e3', ' 1', '0x1', '9999999999', 'NaN', '１'].map((text): Row => [
    'riskMetricField',
    `a risk metric of ${text}`,
    receipt({ type: 'RECEIPT' }, { fields: replaced(17, text) }),
  ]),
  ['appId', 'another app', GOOD, { appIds: ['TEAMID1234.com.example'] }],
  ['appId', 'the app in another case', receipt({ appId: APP.toUpperCase() })],
  ['appId', 'an app id with a NUL', receipt({ appId: `${APP}\0` })],
  ['publicKey', 'another key', receipt({ certificate: certificateFor(stranger) })],
  ['leaf', 'another certificate for the key', receipt({ certificate: certificateFor(KEYS) })],
  ['clientHash', 'another client data hash', GOOD, { clientDataHash: Buffer.alloc(32) }],
  ['clientHash', 'a longer client data hash', receipt({ clientDataHash: Buffer.alloc(33, 0xf1) })],
  ['clientHash', 'the client hash of an exchange, which Apple garbles', receipt({ type: 'RECEIPT' })],
  ['environment', 'development', receipt({ environment: 'development' })],
  ['environment', 'production in place of development', GOOD, { environment: 'development' }],
  ['notFuture', 'made in more than a minute', GOOD, { now: NOW - 60_001 }],
  ['age', 'made more than five minutes ago', GOOD, { now: NOW + 300_001 }],
  ['expired', 'expired now', GOOD, { maxAgeSeconds: undefined, ...later(90) }],
  ['expired', 'expired before it was made', receipt({}, { fields: replaced(21, '2026-05-01T12:00:00Z') })],
];

describe('a receipt is refused', () => {
  it.each(REFUSED.map(([name, what, bytes, more]) => [name, what, bytes, more ?? {}] as const))(
    '%s: %s',
    (name, _, bytes, more) => {
      expect(codeOf(bytes, more)).toBe(CHECKS[name].code);
    },
  );

  const FIELDS = [
    [2, CHECKS.appIdField],
    [3, CHECKS.keyField],
    [4, CHECKS.clientHashField],
    [5, CHECKS.tokenField],
    [6, CHECKS.typeField],
    [7, CHECKS.environmentField],
    [12, CHECKS.createdField],
    [21, CHECKS.expiresField],
  ] as const;

  it.each(FIELDS)('without field %i', (type, check) => {
    for (const encoding of ['ber', 'der'] as const)
      expect(codeOf(receipt({}, { fields: without(type) }, encoding))).toBe(check.code);
  });

  it.each([...FIELDS.map(([type]) => type), 17, 19, 99])('with field %i twice', (type) => {
    const fields: ReceiptSteps['fields'] = (all) => {
      const [first = field(type, 'x')] = all.filter((each) => each.type === type);
      return [...all.filter((each) => each.type !== type), first, first];
    };
    const bytes = receipt({ type: 'RECEIPT' }, { fields });
    expect(codeOf(bytes, { clientDataHash: undefined })).toBe(CHECKS.fieldsOnce.code);
  });

  it.each([['ber'], ['der']] as const)('wherever it is cut: %s', (encoding) => {
    const whole = receipt({}, {}, encoding);
    for (let length = 0; length < whole.length; length += 1)
      expect(codeOf(whole.subarray(0, length), { roots: undefined })).toBe(CHECKS.structure.code);
  });
});
