import { describe, expect, test } from 'vitest';
import { contentTables, inWords } from '../../src/inspector/content/content-tables.js';

const AT = '2026-12-01T12:00:00.000Z';
const rowsOf = (content: unknown) =>
  contentTables(content, AT).flatMap(({ title, rows }) => rows.map((row) => ({ title, ...row })));

describe('the content', () => {
  test('has plain values first, then a table for each object', () => {
    const tables = contentTables({ kind: 'x', appId: 'a', key: { id: 'k' }, virtual: false }, AT);
    expect(tables).toEqual([
      {
        title: '',
        left: 0,
        rows: [
          { label: 'appId', value: 'a', meaning: undefined },
          { label: 'virtual', value: 'no', meaning: undefined },
        ],
      },
      { title: 'Key', left: 0, rows: [{ label: 'id', value: 'k', meaning: undefined }] },
    ]);
  });

  test('names the numbers of authorization lists, each list with a table of its own', () => {
    const rows = rowsOf({
      keyDescription: {
        attestationVersion: 400,
        softwareEnforced: { creationDateTime: Date.parse(AT) - 3_600_000 },
        hardwareEnforced: {
          purpose: [2, 3],
          osVersion: 160000,
          rootOfTrust: { deviceLocked: true },
          origin: 99,
        },
      },
    });
    expect(rows.map(({ title, label, meaning }) => [title, label, meaning])).toEqual([
      ['Key description', 'attestationVersion', undefined],
      ['Software enforced', 'creationDateTime', '2026-12-01T11:00:00.000Z (1 hour earlier)'],
      ['Hardware enforced', 'purpose', 'sign, verify'],
      ['Hardware enforced', 'osVersion', '16.0.0'],
      ['Hardware enforced', 'rootOfTrust.deviceLocked', undefined],
      ['Hardware enforced', 'origin', 'unknown'],
    ]);
  });

  test('says times in words', () => {
    const rows = rowsOf({
      issuedAt: '2026-11-30T12:00:00.000Z',
      claims: { exp: Date.parse(AT) / 1000 + 60, nbf: 'soon', iat: 1e300 },
    });
    expect(rows.map(({ label, meaning }) => [label, meaning])).toEqual([
      ['issuedAt', '1 day earlier'],
      ['exp', '2026-12-01T12:01:00.000Z (1 minute later)'],
      ['nbf', undefined],
      ['iat', undefined],
    ]);
  });

  test('shows lists, empty values and nothing as words', () => {
    const rows = rowsOf({
      a: [],
      b: '',
      c: null,
      d: ['x', 'y'],
      e: [{ f: 1 }, { f: 2 }],
      g: {},
      h: undefined,
    });
    expect(rows.map(({ label, value }) => [label, value])).toEqual([
      ['a', 'none'],
      ['b', 'empty'],
      ['c', 'null'],
      ['d', 'x\ny'],
      ['e[0].f', '1'],
      ['e[1].f', '2'],
      ['g', '{}'],
    ]);
  });

  test.each([undefined, null, 1, 'text', {}, { kind: 'x' }])('there is no table of %j', (content) => {
    expect(contentTables(content, AT)).toEqual([]);
  });

  test('names of every object are names like others', () => {
    const hostile = JSON.parse(
      '{"claims":{"__proto__":{"a":1},"constructor":"c","exp":"x","toString":[1]}}',
    ) as unknown;
    expect(rowsOf(hostile).map(({ label }) => label)).toEqual([
      '__proto__.a',
      'constructor',
      'exp',
      'toString',
    ]);
  });

  test('nests no deeper and grows no longer than can be shown', () => {
    let deep: unknown = 'end';
    for (let depth = 0; depth < 500; depth++) deep = { a: deep };
    expect(rowsOf({ claims: deep })).toHaveLength(1);
    const [table] = contentTables(
      { claims: Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`c${at}`, at])) },
      AT,
    );
    expect(table?.rows).toHaveLength(300);
    expect(table?.left).toBe(700);
  });
});

test.each([
  ['hardwareEnforced', 'Hardware enforced'],
  ['key', 'Key'],
  ['device_id', 'Device id'],
  ['', ''],
])('%s in words', (name, words) => {
  expect(inWords(name)).toBe(words);
});
