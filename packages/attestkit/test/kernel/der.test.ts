import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  readBer,
  readDer,
  readExplicit,
  readSequence,
  readSet,
  readSigned,
  type Asn1,
} from '../../src/kernel/asn1/der.js';

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const der = (hex: string): Asn1 | undefined => readDer(bytes(hex));
const ber = (hex: string): Asn1 | undefined => readBer(bytes(hex));
const hex = (octets: Uint8Array | undefined): string | undefined =>
  octets === undefined ? undefined : Buffer.from(octets).toString('hex');

/** An element with a length in its shortest form, made without the reader's help. */
function element(identifier: number[], content: Uint8Array): Buffer {
  const { length } = content;
  const octets = length < 0x80 ? [] : bytes(length.toString(16).padStart(length < 256 ? 2 : 4, '0'));
  const head = length < 0x80 ? [length] : [0x80 | octets.length, ...octets];
  return Buffer.concat([Buffer.from([...identifier, ...head]), content]);
}

describe('an element in DER', () => {
  it('has its class, its tag and its content', () => {
    expect(der('0403616263')).toMatchObject({ tagClass: 0, constructed: false, tag: 4, encoding: 'der' });
    expect(hex(der('0403616263')?.content)).toBe('616263');
    expect(hex(der('0403616263')?.raw)).toBe('0403616263');
    expect(der('a100')).toMatchObject({ tagClass: 2, constructed: true, tag: 1 });
  });

  it('may have a tag number of up to four octets', () => {
    expect(der('bf8a7806040431342e30')).toMatchObject({ tagClass: 2, constructed: true, tag: 1400 });
    expect(der('9f1f00')?.tag).toBe(31);
    expect(der('9f81800000')?.tag).toBe(16_384);
    expect(der('9fffffff7f00')?.tag).toBe(2 ** 28 - 1);
  });

  it('of any tag and any length is read back', () => {
    const content = fc.uint8Array({ maxLength: 1000 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 0, max: 3 }),
        content,
        (tag, tagClass, octets) => {
          const read = readDer(element([(tagClass << 6) | tag], octets));
          expect(read).toMatchObject({ tagClass, tag, constructed: false });
          expect(hex(read?.content)).toBe(hex(octets));
        },
      ),
    );
  });

  it.each([0, 127, 128, 255, 256, 257, 65_530])('may have a content of %i bytes', (length) => {
    expect(readDer(element([4], Buffer.alloc(length)))?.content).toHaveLength(length);
  });

  it('refers to the bytes that were read, without a copy', () => {
    const source = bytes('300604046162 6364');
    const [child] = readSequence(readDer(source)) ?? [];
    source[4] = 0x7a;
    expect(hex(child?.content)).toBe('7a626364');
  });

  it.each([
    ['no bytes', ''],
    ['one byte', '04'],
    ['less content than the length says', '0403 6162'],
    ['a byte after it', '0400 00'],
    ['a second element after it', '0400 0400'],
    ['end-of-contents octets', '0000'],
    ['an indefinite length', '3080 0000'],
    ['a length in two octets where one does', '04817f' + '61'.repeat(127)],
    ['a length with a leading zero', '04820080' + '61'.repeat(128)],
    ['a length of five octets', '04850000000001 61'],
    ['the reserved length', '04ff'],
    ['a length beyond all bytes', '0484ffffffff 61'],
    ['a length that is cut off', '0482 01'],
    ['a long tag number that a short one does for', '1f1e00'],
    ['a long tag number with a leading zero', '9f801f00'],
    ['a tag number of five octets', '9f8f8f8f8f0f00'],
    ['a tag number that does not end', '9fffff'],
    ['a tag number and nothing else', '9f1f'],
  ])('is refused with %s', (_, input) => {
    expect(der(input)).toBeUndefined();
  });

  it('is refused when it is longer than 64 KiB', () => {
    expect(readDer(element([4], Buffer.alloc(65_532)))).toBeDefined();
    expect(readDer(element([4], Buffer.alloc(65_533)))).toBeUndefined();
  });

  it('may be nested 10,000 deep: nobody reads what nobody asks for', () => {
    let nested: Buffer = Buffer.alloc(0);
    for (let depth = 0; depth < 10_000; depth += 1) nested = element([0x30], nested);
    const outer = readDer(nested);
    expect(outer?.children()).toHaveLength(1);
  });
});

describe('children', () => {
  it('are those of a SEQUENCE, a SET, an explicit tag', () => {
    expect(readSequence(der('3006 020101 020102'))?.map((child) => hex(child.content))).toEqual(['01', '02']);
    expect(readSet(der('3103 020101'))).toHaveLength(1);
    expect(hex(readExplicit(der('a303 020107'), 3)?.content)).toBe('07');
  });

  it.each([
    ['a primitive element', '0403 020101'],
    ['a child that is cut off', '3003 020201'],
    ['a child of one byte', '3001 05'],
    ['a child of one byte behind another', '3003 0500 05'],
    ['a child that reaches beyond its parent', '3005 0204 010105'],
    ['end-of-contents octets inside', '3005 020101 0000'],
    ['a child of indefinite length', '3004 3080 0000'],
  ])('cannot be read of %s', (_, input) => {
    expect(der(input)).toBeDefined();
    expect(der(input)?.children()).toBeUndefined();
  });

  it.each([
    ['two octets', '3003 048201'],
    ['four octets', '3005 0484000000'],
    ['three octets, none of which is there', '3002 0483'],
  ])('cannot be read where the last one’s length of %s is cut off, under any rules', (_, input) => {
    for (const read of [readDer, readSigned, readBer]) {
      expect(read(bytes(input))).toBeDefined();
      expect(read(bytes(input))?.children()).toBeUndefined();
      expect(
        read(Buffer.concat([bytes(input), Buffer.alloc(8)]).subarray(0, -8))?.children(),
      ).toBeUndefined();
    }
  });

  it('of another tag than the one that is asked for are none', () => {
    expect(readSequence(der('3100'))).toBeUndefined();
    expect(readSequence(der('b000'))).toBeUndefined();
    expect(readSet(der('3000'))).toBeUndefined();
    expect(readExplicit(der('a303 020107'), 2)).toBeUndefined();
    expect(readExplicit(der('6303 020107'), 3)).toBeUndefined();
    expect(readExplicit(der('a306 020107 020107'), 3)).toBeUndefined();
    expect(readExplicit(der('a300'), 3)).toBeUndefined();
    expect(readExplicit(der('8303 020107'), 3)).toBeUndefined();
    expect(readSequence(undefined)).toBeUndefined();
  });
});

describe('an element in BER', () => {
  it('may have an indefinite length, and elements of indefinite length inside', () => {
    const outer = ber('3080 020101 3080 020102 0000 0000');
    const [number, inner] = outer?.children() ?? [];
    expect(hex(number?.content)).toBe('01');
    expect(hex(inner?.content)).toBe('020102');
    expect(hex(inner?.raw)).toBe('30800201020000');
    expect(inner?.children()).toHaveLength(1);
  });

  it('may have a length in more octets than needed', () => {
    expect(hex(ber('04840000000161')?.content)).toBe('61');
    expect(ber('3080 0400 0201 00 0000')?.children()).toHaveLength(2);
  });

  it.each([
    ['an indefinite length without an end', '3080 020101'],
    ['half an end', '3080 020101 00'],
    ['an indefinite length that is primitive', '0480 0000'],
    ['a byte after the end', '3080 0000 00'],
    ['a length of five octets', '04850000000001 61'],
    ['a length that is cut off', '048400'],
    ['an inner element that takes the outer one’s end', '3080 3080 0000'],
    ['an inner length beyond the end', '3080 0209 01 0000'],
    ['a long tag number that a short one does for', '1f1e00'],
  ])('is refused with %s', (_, input) => {
    expect(ber(input)).toBeUndefined();
  });

  it('is refused when more than 16 indefinite lengths are open', () => {
    expect(ber('3080'.repeat(16) + '0000'.repeat(16))).toBeDefined();
    expect(ber('3080'.repeat(17) + '0000'.repeat(17))).toBeUndefined();
    expect(ber('3080'.repeat(10_000) + '0000'.repeat(10_000))).toBeUndefined();
  });
});

describe('any bytes', () => {
  it('are read or refused, and never throw', () => {
    const walk = (node: Asn1, depth: number): void => {
      if (depth < 20) for (const child of node.children() ?? []) walk(child, depth + 1);
    };
    const almost = fc.array(fc.constantFrom(0x30, 0x80, 0x00, 0x02, 0x01, 0xbf, 0x24, 0x04, 0x81), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), almost.map(Buffer.from)), (input) => {
        for (const root of [readDer(input), readBer(input)]) {
          if (root !== undefined) {
            expect(hex(root.raw)).toBe(hex(input));
            walk(root, 0);
          }
        }
        if (readDer(input) !== undefined) expect(readBer(input)).toBeDefined();
      }),
      { numRuns: 5000 },
    );
  });
});
