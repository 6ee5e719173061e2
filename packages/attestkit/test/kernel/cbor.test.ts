import * as cbor2 from 'cbor2';
import { decode, encode } from 'cborg';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isCborMap,
  isTextMap,
  readCbor,
  readCborItem,
  readSignedCborItem,
  type CborValue,
} from '../../src/kernel/bytes/cbor.js';

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

describe('an item of CBOR', () => {
  it.each([
    ['00', 0],
    ['17', 23],
    ['1818', 24],
    ['190100', 256],
    ['1a00010000', 65_536],
    ['1b0000000100000000', 2 ** 32],
    ['1b001fffffffffffff', Number.MAX_SAFE_INTEGER],
    ['20', -1],
    ['26', -7],
    ['3b001ffffffffffffe', Number.MIN_SAFE_INTEGER],
    ['60', ''],
    ['63e282ac', '€'],
    ['80', []],
    ['8201f5', [1, true]],
    ['f4', false],
    ['f6', null],
  ])('%s is %j', (input, value) => {
    expect(readCbor(bytes(input))).toEqual(value);
  });

  it('is a map by text or integer', () => {
    const map = readCbor(bytes('a3 6161 01 01 02 20 4101'));
    expect(map).toEqual(
      new Map<unknown, unknown>([
        ['a', 1],
        [1, 2],
        [-1, bytes('01')],
      ]),
    );
    expect(isCborMap(map)).toBe(true);
    expect(isTextMap(map)).toBe(false);
    expect(isTextMap(readCbor(bytes('a1 6161 01')))).toBe(true);
    expect(isTextMap(readCbor(bytes('a0')))).toBe(true);
    expect(isTextMap([])).toBe(false);
  });

  it('is read where it begins, and says where it ends', () => {
    expect(readCborItem(bytes('ffff 6161 ff'), 2)).toEqual({ value: 'a', end: 4 });
    expect(readCborItem(bytes('00'), 1)).toBeUndefined();
    expect(readCborItem(bytes('00'), 2)).toBeUndefined();
    expect(readCborItem(bytes('00 4361'), 1)).toBeUndefined();
    expect(readCborItem(bytes('00 8163'), 1)).toBeUndefined();
  });

  it('has byte strings that refer to the bytes that were read', () => {
    const source = Buffer.concat([Buffer.alloc(7), bytes('4161')]).subarray(7);
    const read = readCbor(source) as Uint8Array;
    source[1] = 0x7a;
    expect(read).toEqual(bytes('7a'));
  });

  it.each([
    ['no bytes', ''],
    ['a byte after it', '0000'],
    ['a second item', 'a0a0'],
    ['an integer in two bytes where one does', '1817'],
    ['an integer in three bytes where two do', '1900ff'],
    ['an integer in five bytes where three do', '1a0000ffff'],
    ['an integer in nine bytes where five do', '1b00000000ffffffff'],
    ['an integer beyond 2^53 - 1', '1b0020000000000000'],
    ['a negative integer beyond', '3b001fffffffffffff'],
    ['a reserved length', '1c'],
    ['a length of 31', '1f'],
    ['a length in two bytes where one does', '580161'],
    ['a byte string of indefinite length', '5f4161ff'],
    ['text of indefinite length', '7f6161ff'],
    ['an array of indefinite length', '9f01ff'],
    ['a map of indefinite length', 'bf616101ff'],
    ['a break', 'ff'],
    ['a tag', 'c000'],
    ['a tag inside', '81c11a00000000'],
    ['half precision', 'f93c00'],
    ['single precision', 'fa3f800000'],
    ['double precision', 'fb3ff0000000000000'],
    ['undefined', 'f7'],
    ['another simple value', 'f0'],
    ['a simple value in two bytes', 'f8ff'],
    ['false in two bytes', 'f814'],
    ['text that is not UTF-8', '62c328'],
    ['text of an overlong form', '62c080'],
    ['text with half a surrogate', '63eda080'],
    ['text that is cut off in a character', '62e282'],
    ['a key twice', 'a2 6161 01 6161 01'],
    ['an integer key twice', 'a2 01 01 01 02'],
    ['a key that is a byte string', 'a1 4161 01'],
    ['a key that is an array', 'a1 80 01'],
    ['a key that is true', 'a1 f5 01'],
    ['a key without a value', 'a1 6161'],
    ['less bytes than it says', '43 6161'],
    ['more bytes than there can be', '5b001fffffffffffff 61'],
    ['less elements than it says', '82 01'],
    ['more elements than there can be', '9b001fffffffffffff'],
    ['more members than there can be', 'bb001fffffffffffff'],
    ['a length that is cut off', '59 01'],
  ])('is refused with %s', (_, input) => {
    expect(readCbor(bytes(input))).toBeUndefined();
  });

  it('is refused when nested too deep, without harm', () => {
    expect(readCbor(bytes('81'.repeat(8) + '00'))).toBeDefined();
    expect(readCbor(bytes('81'.repeat(9) + '00'))).toBeUndefined();
    expect(readCbor(bytes('81'.repeat(10_000) + '00'))).toBeUndefined();
    expect(readCbor(bytes('a16161'.repeat(10_000) + '00'))).toBeUndefined();
  });

  it('is refused with too many items, or too many bytes', () => {
    expect(readCbor(bytes('9903ff' + '00'.repeat(1023)))).toHaveLength(1023);
    expect(readCbor(bytes('990400' + '00'.repeat(1024)))).toBeUndefined();
    expect(readCbor(Buffer.concat([bytes('59fffd'), Buffer.alloc(0xfffd)]))).toHaveLength(0xfffd);
    expect(readCbor(Buffer.concat([bytes('59fffe'), Buffer.alloc(0xfffe)]))).toBeUndefined();
  });
});

describe('an item of CBOR that is signed', () => {
  const signed = (input: string): CborValue | undefined => {
    const item = readSignedCborItem(bytes(input), 0);
    return item?.end === bytes(input).length ? item.value : undefined;
  };

  it.each([
    ['an integer beyond 2^53 - 1', '1b0020000000000000'],
    ['the largest integer', '1bffffffffffffffff'],
    ['a negative integer beyond', '3b001fffffffffffff'],
    ['the lowest integer', '3bffffffffffffffff'],
    ['a tag', 'c000'],
    ['a tag of a tag', 'c2c24101'],
    ['half precision', 'f93c00'],
    ['single precision', 'fa3f800000'],
    ['double precision', 'fb3ff0000000000000'],
    ['undefined', 'f7'],
    ['another simple value', 'f0'],
    ['a simple value in two bytes', 'f8ff'],
  ])('may have %s where nobody asks for it, which reads as null', (_, input) => {
    expect(signed(input)).toBeNull();
    expect(signed(`a2 6161 ${input} 6162 4101`)).toEqual(
      new Map<string, unknown>([
        ['a', null],
        ['b', bytes('01')],
      ]),
    );
    expect(readCbor(bytes(input))).toBeUndefined();
    expect(readCbor(bytes(`a1 6161 ${input}`))).toBeUndefined();
    expect(signed(`a1 ${input} 4101`)).toBeUndefined();
    expect(signed(`a2 6161 ${input} 6161 ${input}`)).toBeUndefined();
  });

  it.each([
    ['an integer in two bytes where one does', '1817'],
    ['an integer in nine bytes where five do', '1b00000000ffffffff'],
    ['a tag in two bytes where one does', 'd81700'],
    ['a tag of nothing', 'c0'],
    ['a tag of what cannot be read', 'c0ff'],
    ['a length beyond 2^53 - 1', '5b0020000000000000'],
    ['a map of indefinite length', 'bf616101ff'],
    ['text of indefinite length', '7f6161ff'],
    ['a break', 'ff'],
    ['a reserved simple value', 'fc'],
    ['false in two bytes', 'f814'],
    ['a simple value that is cut off', 'f8'],
    ['a number that is cut off', 'fb3ff00000000000'],
    ['a key twice', 'a2 6161 01 6161 01'],
    ['text that is not UTF-8', '62c328'],
  ])('is refused with %s', (_, input) => {
    expect(signed(input)).toBeUndefined();
  });

  it('is refused when nested too deep, in tags too', () => {
    expect(signed('c0'.repeat(8) + '00')).toBeNull();
    expect(signed('c0'.repeat(9) + '00')).toBeUndefined();
    expect(signed('c0'.repeat(10_000) + '00')).toBeUndefined();
  });
});

/** What the reader's strictness means in the terms of another decoder. */
const STRICT = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  allowBigInt: false,
  rejectDuplicateMapKeys: true,
  useMaps: true,
} as const;

/** Anything that the reader does not read and the other decoder does. */
function isBeyond(value: unknown, depth: number): boolean {
  if (depth > 8) return true;
  if (typeof value === 'number') return !Number.isSafeInteger(value) || Object.is(value, -0);
  if (Array.isArray(value)) return value.some((each) => isBeyond(each, depth + 1));
  if (value instanceof Map) {
    return [...value].some(
      ([key, each]) =>
        (typeof key !== 'string' && typeof key !== 'number') ||
        isBeyond(key, depth + 1) ||
        isBeyond(each, depth + 1),
    );
  }
  return false;
}

/** Byte strings as one type, so that results can be compared. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return [...value].map(([key, each]) => [key, plain(each)]);
  return value;
}

/** Whether it is the one encoding of its value: not so for text that was not UTF-8, and for floats of whole numbers. */
function encodesTo(value: unknown, input: Uint8Array): boolean {
  return Buffer.from(encode(value, { mapSorter: () => 0 })).equals(input);
}

/** Undefined where it is refused, or beyond what is read here. */
function byCborg(input: Uint8Array): unknown {
  try {
    const value: unknown = decode(input, STRICT);
    return isBeyond(value, 0) || !encodesTo(value, input) ? undefined : plain(value);
  } catch {
    return undefined;
  }
}

const leaf = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.string(),
  fc.boolean(),
  fc.constant(null),
  fc.uint8Array({ maxLength: 300 }),
);
const { value: anything } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 6 },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    tie('map'),
  ),
  map: fc
    .uniqueArray(fc.tuple(fc.oneof(fc.string(), fc.integer()), tie('value')), {
      maxLength: 4,
      selector: ([key]) => key,
    })
    .map((members) => new Map(members)),
}));

describe('compared with other decoders', () => {
  it('reads what cborg and cbor2 write', () => {
    fc.assert(
      fc.property(anything, (value) => {
        expect(plain(readCbor(encode(value)))).toEqual(byCborg(encode(value)));
        const other = cbor2.encode(value, { cde: true });
        expect(plain(readCbor(other))).toEqual(byCborg(other));
      }),
      { numRuns: 500 },
    );
  });

  it('reads and refuses the same bytes as cborg in strict mode', () => {
    const changed = fc.tuple(anything, fc.nat(), fc.nat(255), fc.nat(2)).map(([value, at, octet, mode]) => {
      const encoded = Buffer.from(encode(value));
      const where = at % encoded.length;
      if (mode === 0) encoded[where] = octet;
      if (mode === 1) return encoded.subarray(0, where);
      if (mode === 2)
        return Buffer.concat([encoded.subarray(0, where), Buffer.of(octet), encoded.subarray(where)]);
      return encoded;
    });
    const short = fc.uint8Array({ maxLength: 12 });
    let refused = 0;
    fc.assert(
      fc.property(fc.oneof(changed, short), (input) => {
        const read: CborValue | undefined = readCbor(input);
        if (read === undefined) refused += 1;
        expect(plain(read)).toEqual(byCborg(input));
      }),
      { numRuns: 5000 },
    );
    expect(refused).toBeGreaterThan(500);
  });
});
