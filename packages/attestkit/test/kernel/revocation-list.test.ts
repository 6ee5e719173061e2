import { describe, expect, it } from 'vitest';
import { readRevocationJson, readRevocationList } from '../../src/kernel/revocation-list.js';
import { readCertificate } from '../../src/kernel/asn1/x509.js';
import { vectors } from '../vectors.js';

const published = vectors('revocation/');
const named = (file: string): Readonly<Record<string, unknown>> =>
  published.files.find((vector) => vector.file.startsWith(file)) ?? {};

function listOf(...serials: readonly string[]): NonNullable<ReturnType<typeof readRevocationList>> {
  const list = readRevocationList({
    entries: Object.fromEntries(serials.map((serial) => [serial, { status: 'REVOKED' }])),
  });
  if (list === undefined) throw new Error('this is a list');
  return list;
}

describe('published lists and serials', () => {
  published.run('the example of the documentation: revoked and suspended both refuse', () => {
    const list = readRevocationList(named('docs-example')['status']);
    expect(list?.size).toBe(2);
    for (const serial of ['2c8cdddfd5e03bfc', 'c8966fcb2fbb0d7a']) expect(list?.isRevoked(serial)).toBe(true);
    for (const serial of ['2c8cdddfd5e03bf', '2c8cdddfd5e03bfc0', 'cdddfd5e03bf', ''])
      expect(list?.isRevoked(serial)).toBe(false);
  });

  published.run('a list says nothing against entries of the status OK', () => {
    const cases = named('keyattestation-parse-cases')['cases'] as { json: unknown; revoked: string[] }[];
    for (const { json, revoked } of cases) {
      const list = readRevocationList(json);
      expect(list?.size).toBe(revoked.length);
      for (const serial of ['abc', 'def', '123', '456'])
        expect([serial, list?.isRevoked(serial)]).toEqual([serial, revoked.includes(serial)]);
    }
    expect(cases.length).toBe(4);
  });

  published.run('serials are found in each of their encodings', () => {
    const cases = named('serial-encoding-cases')['cases'] as { serialDecimal?: string; listKey?: string }[];
    let tried = 0;
    for (const { serialDecimal, listKey } of cases) {
      if (serialDecimal === undefined || listKey === undefined) continue;
      const hex = BigInt(serialDecimal).toString(16);
      for (const key of [listKey, listKey.toUpperCase(), `00${listKey}`, serialDecimal]) {
        expect([key, listOf(key).isRevoked(hex)]).toEqual([key, true]);
        expect([key, listOf(key).isRevoked(`0${hex.toUpperCase()}`)]).toEqual([key, true]);
      }
      tried += 1;
    }
    expect(tried).toBe(4);
  });

  published.run('the certificate that Google suspended', () => {
    const certs = named('google-suspended')['certs'] as { der: string; serial: string }[];
    for (const { der, serial } of certs) {
      const certificate = readCertificate(Buffer.from(der, 'base64'));
      const found = Buffer.from(certificate?.serial ?? []).toString('hex');
      const list = readRevocationList({
        entries: { [serial]: { status: 'SUSPENDED', reason: 'KEY_COMPROMISE' } },
      });
      expect(list?.isRevoked(found)).toBe(true);
    }
    expect(certs.length).toBe(1);
  });
});

it.each([undefined, null, [], 'entries', {}, { entries: [] }, { entries: null }, { entries: 'x' }])(
  'is no list: %j',
  (document) => {
    expect(readRevocationList(document)).toBeUndefined();
  },
);

it.each([
  null,
  7,
  'OK',
  {},
  { status: 'ok' },
  { status: null },
  { status: 'REVOKED', expires: '2001-01-01' },
])('an entry that does not say OK refuses: %j', (entry) => {
  expect(readRevocationList({ entries: { abc: entry } })?.isRevoked('abc')).toBe(true);
});

it('knows nothing of what every object has', () => {
  const list = readRevocationList(JSON.parse('{"entries":{"__proto__":{"status":"REVOKED"}}}'));
  for (const serial of ['constructor', 'toString', 'hasOwnProperty', 'f'])
    expect(list?.isRevoked(serial)).toBe(false);
});

it('takes a serial of zero, and one that is no number', () => {
  expect(listOf('0').isRevoked('00')).toBe(true);
  expect(listOf('1').isRevoked('0')).toBe(false);
  expect(listOf('1').isRevoked('-1')).toBe(false);
});

it('takes a serial in decimal that is as long as certificates may have it', () => {
  expect(listOf('10').isRevoked('a')).toBe(true);
  for (const octets of [1, 20, 32, 33, 64]) {
    const hex = '7f'.repeat(octets);
    expect(listOf(BigInt(`0x${hex}`).toString()).isRevoked(hex)).toBe(true);
  }
  const longer = `1${'0'.repeat(128)}`;
  expect(listOf(BigInt(`0x${longer}`).toString()).isRevoked(longer)).toBe(false);
  expect(listOf(longer).isRevoked(longer)).toBe(true);
});

it('may be empty, for tests', () => {
  expect(readRevocationList({ entries: {} })?.size).toBe(0);
  expect(readRevocationJson(Buffer.from('{"entries":{}}'))?.size).toBe(0);
});

describe('of what is there twice in bytes', () => {
  const read = (text: string): ReturnType<typeof readRevocationJson> => readRevocationJson(Buffer.from(text));

  it.each([
    ['the last is good', '{"entries":{"abc":{"status":"REVOKED"},"abc":{"status":"OK"}}}'],
    ['the first is good', '{"entries":{"abc":{"status":"OK"},"abc":{"status":"REVOKED"}}}'],
    ['both are good', '{"entries":{"abc":{"status":"OK"},"abc":{"status":"OK"}}}'],
    ['it is written with an escape', '{"entries":{"abc":{"status":"REVOKED"},"\\u0061bc":{"status":"OK"}}}'],
    ['it is written with a zero', '{"entries":{"0ABC":{"status":"REVOKED"},"abc":{"status":"OK"}}}'],
    ['the status within', '{"entries":{"abc":{"status":"REVOKED","status":"OK"}}}'],
    ['something else within', '{"entries":{"abc":{"status":"OK","x":[{"y":1,"y":2}]}}}'],
  ])('a serial refuses, and all others are as they are: %s', (_, text) => {
    const list = read(
      text.replace('{"entries":{', '{"entries":{"1":{"status":"REVOKED"},"2":{"status":"OK"},'),
    );
    for (const [serial, revoked] of [
      ['abc', true],
      ['1', true],
      ['2', false],
    ] as const)
      expect([serial, list?.isRevoked(serial)]).toEqual([serial, revoked]);
  });

  it.each([
    ['the entries', '{"entries":{"abc":{}},"entries":{"def":{}}}'],
    ['something beside them', '{"v":1,"v":2,"entries":{"abc":{}}}'],
    ['something in an object beside them', '{"v":{"abc":{"x":1,"x":2}},"entries":{"abc":{}}}'],
    ['what is nested too deep', `{"entries":{"abc":${'['.repeat(7)}${']'.repeat(7)}}}`],
    ['nothing, in no list', '{"entries":[{"a":1,"a":2}]}'],
    ['nothing, in no JSON', '{"entries":{"abc":{}}'],
  ])('there is no list where it is %s', (_, text) => {
    expect(read(text)).toBeUndefined();
  });
});
