import * as cbor2 from 'cbor2';
import { decode, encode as encodeByCborg } from 'cborg';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isShortestCbor, readCbor } from '../../src/readers/cbor.js';
import { cbor, encode, raw, type Part } from '../../src/readers/tree.js';

/** Values that both libraries write in one way only. */
const { value: values } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
    fc.string(),
    fc.uint8Array({ maxLength: 300 }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 30 }),
    fc.dictionary(fc.string({ maxLength: 5 }), tie('value'), { maxKeys: 30 }),
  ),
}));

describe('the reader of CBOR', () => {
  it('reads what cborg writes as cborg reads it, and writes the same octets', () => {
    fc.assert(
      fc.property(values, (value) => {
        const bytes = Buffer.from(encodeByCborg([value]));
        const part = readCbor(bytes);
        expect(part && valueOf(part)).toEqual(decode(bytes, { useMaps: true }));
        expect(part && encode(part).equals(bytes)).toBe(true);
        expect(part && isShortestCbor(part)).toBe(true);
      }),
    );
  });

  it.each([
    ['a number in two octets', '1805'],
    ['a number in nine octets', '1b0000000000000005'],
    ['text with a long length', '780161'],
    ['bytes with a longer length', '590001ff'],
    ['a list with a long count', '980101'],
    ['a map with a long count', 'b801616101'],
    ['a long number inside of a map', 'a16161190001'],
  ])('reads %s as cbor2 does, and says that it is not the shortest form', (_, hex) => {
    const bytes = Buffer.from(hex, 'hex');
    const part = readCbor(bytes);
    expect(part && plain(valueOf(part))).toEqual(plain(cbor2.decode(bytes)));
    expect(part && encode(part).equals(bytes)).toBe(true);
    expect(part && isShortestCbor(part)).toBe(false);
    expect(() => decode(bytes, { strict: true })).toThrow();
  });

  it.each([
    ['nothing', ''],
    ['an octet too many', '0100'],
    ['a head that is cut off', '1901'],
    ['text that is cut off', '6261'],
    ['bytes of an endless length', '5bffffffffffffffff00'],
    ['a list that is cut off', '8201'],
    ['a list of endless length', '9bffffffffffffffff00'],
    ['a map without its last value', 'a16161'],
    ['reserved additional information', '1c'],
    ['an indefinite length', '9f01ff'],
    ['a break alone', 'ff'],
  ])('refuses %s', (_, hex) => {
    expect(readCbor(Buffer.from(hex, 'hex'))).toBeUndefined();
  });

  it('reads 64 lists inside of one another, and no more', () => {
    expect(readCbor(Buffer.from(`${'81'.repeat(64)}00`, 'hex'))).toBeDefined();
    expect(readCbor(Buffer.from(`${'81'.repeat(65)}00`, 'hex'))).toBeUndefined();
  });

  it('reads repeated keys and tags, which others may refuse', () => {
    const part = readCbor(Buffer.from('c2a2616101616102', 'hex'));
    expect(part?.argument).toBe(2n);
    expect(part?.children?.[0]?.children).toHaveLength(4);
  });
});

describe('the writer of CBOR', () => {
  const text = cbor(3, { content: Buffer.from('ab') });

  it.each<[string, Part, string]>([
    ['the fewest octets', text, '626162'],
    ['a long length', { ...text, width: 4 }, '7a000000026162'],
    ['a lie', { ...text, lie: 3n }, '656162'],
    ['a lie below zero', { ...text, lie: -3n }, '7bffffffffffffffff6162'],
    ['pieces', { ...text, width: 'open' }, '7f626162ff'],
    ['an open list', cbor(4, { children: [text, raw(Buffer.of(0xf6))], width: 'open' }), '9f626162f6ff'],
    ['a map', cbor(5, { children: [text, cbor(1, { argument: 9n })] }), 'a162616229'],
  ])('writes %s', (_, part, hex) => {
    expect(encode(part).toString('hex')).toBe(hex);
  });
});

/** The value of a part, with maps as in cborg. */
function valueOf({ kind, major, argument, content, children = [], ...rest }: Part): unknown {
  if (kind === 'raw') return decode(content ?? Buffer.alloc(0));
  const inside = (children as readonly Part[]).map(valueOf);
  if (major === 0) return Number(argument);
  if (major === 1) return Number(-1n - argument);
  if (major === 2) return new Uint8Array(content ?? []);
  if (major === 3) return String(content);
  if (major === 4) return inside;
  if (major !== 5) throw new Error(`there is no value of ${JSON.stringify(rest)}`);
  return new Map(inside.flatMap((key, at) => (at % 2 === 0 ? [[key, inside[at + 1]] as const] : [])));
}

/** The same with objects instead of maps, and Uint8Array instead of Buffer. */
function plain(value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, each]) => [key, plain(each)]));
  return value instanceof Uint8Array ? new Uint8Array(value) : value;
}
