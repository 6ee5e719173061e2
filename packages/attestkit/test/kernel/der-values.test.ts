import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTime } from '../../src/kernel/asn1/time.js';
import * as values from '../../src/kernel/asn1/der-values.js';
import { readBer, readDer, readSequence, type Asn1 } from '../../src/kernel/asn1/der.js';

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const der = (hex: string): Asn1 | undefined => readDer(bytes(hex));
const text = (tag: string, value: string): Asn1 | undefined =>
  readDer(Buffer.concat([bytes(tag), Buffer.of(value.length), Buffer.from(value, 'latin1')]));

describe('BOOLEAN', () => {
  it('is false as 00, and true as any other octet', () => {
    expect(values.readBoolean(der('010100'))).toBe(false);
    for (let octet = 1; octet < 256; octet += 1)
      expect(values.readBoolean(readDer(Buffer.of(1, 1, octet)))).toBe(true);
  });

  it.each(['0100', '01020000', '0201ff', '210101ff', '8101ff'])('is not %s', (input) => {
    expect(values.readBoolean(der(input))).toBeUndefined();
  });
});

describe('INTEGER', () => {
  it.each([
    ['020100', 0n],
    ['02017f', 127n],
    ['02020080', 128n],
    ['0201ff', -1n],
    ['020180', -128n],
    ['0202ff7f', -129n],
    ['0209 00ffffffffffffffff', 2n ** 64n - 1n],
  ])('%s is %s', (input, value) => {
    expect(values.readInteger(der(input))).toBe(value);
    expect(values.readEnumerated(der(`0a${input.slice(2)}`))).toBe(value);
    expect(values.readIntegerBytes(der(input))).toEqual(bytes(input).subarray(2));
  });

  it.each(['0200', '0202 0001', '0202 ffff', '0202 ff80', '0302 0001', '0a0101', '2203020101', 'a10101'])(
    'is not %s',
    (input) => {
      expect(values.readInteger(der(input))).toBeUndefined();
      expect(values.readIntegerBytes(der(input))).toBeUndefined();
    },
  );

  it('is no number beyond 64 octets', () => {
    expect(values.readInteger(der(`0240${'7f'.repeat(64)}`))).toBeDefined();
    expect(values.readInteger(der(`0241${'7f'.repeat(65)}`))).toBeUndefined();
    expect(values.readEnumerated(der('020101'))).toBeUndefined();
  });

  it('of any size is read back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 255n), max: 2n ** 255n - 1n }), (value) => {
        let octets = 1;
        while (BigInt.asIntN(octets * 8, value) !== value) octets += 1;
        const content = BigInt.asUintN(octets * 8, value)
          .toString(16)
          .padStart(octets * 2, '0');
        expect(values.readInteger(der(`02${octets.toString(16).padStart(2, '0')}${content}`))).toBe(value);
      }),
    );
  });
});

describe('OBJECT IDENTIFIER', () => {
  it.each([
    ['06092a864886f763640802', '1.2.840.113635.100.8.2'],
    ['0603551d0f', '2.5.29.15'],
    ['060100', '0.0'],
    ['060127', '0.39'],
    ['060128', '1.0'],
    ['06027f78', '2.47.120'],
    ['06028837', '2.999'],
    ['060155', '2.5'],
    ['0604 2b 818000', '1.3.16384'],
    [`0640${'01'.repeat(64)}`, `0${'.1'.repeat(64)}`],
    ['0609 2b 8fffffffffffff7f', `1.3.${Number.MAX_SAFE_INTEGER}`],
  ])('%s is %s', (input, dotted) => {
    expect(values.readOid(der(input))).toBe(dotted);
  });

  it.each([
    ['empty', '0600'],
    ['cut off in an arc', '0602 5580'],
    ['an arc with a leading zero', '0603 558001'],
    ['a first arc with a leading zero', '0602 8055'],
    ['constructed', '260155'],
    ['of another tag', '040155'],
    ['of 65 octets', `0641${'01'.repeat(65)}`],
    ['an arc beyond 2^53', '060b 69 ffffffffffffffffff7f'],
  ])('is not %s', (_, input) => {
    expect(der(input)).toBeDefined();
    expect(values.readOid(der(input))).toBeUndefined();
  });
});

describe('OCTET STRING', () => {
  it('is its content', () => {
    expect(values.readOctets(der('04026162'))).toEqual(bytes('6162'));
    expect(values.readOctets(readBer(bytes('04026162')))).toEqual(bytes('6162'));
  });

  it('is joined of pieces in BER', () => {
    expect(values.readOctets(readBer(bytes('2480 04026162 0400 040163 0000')))).toEqual(bytes('616263'));
    expect(values.readOctets(readBer(bytes('2407 04026162 040163')))).toEqual(bytes('616263'));
    expect(values.readOctets(readBer(bytes('2400')))).toEqual(bytes(''));
  });

  it('is not joined in DER, nor of anything but pieces', () => {
    expect(values.readOctets(der('2404 04026162'))).toBeUndefined();
    expect(values.readOctets(readBer(bytes('2403 020161')))).toBeUndefined();
    expect(values.readOctets(readBer(bytes('2404 2402 0400')))).toBeUndefined();
    expect(values.readOctets(readBer(bytes('2404 04ff 6162')))).toBeUndefined();
    expect(values.readOctets(der('020161'))).toBeUndefined();
    expect(values.readOctets(undefined)).toBeUndefined();
  });
});

describe('BIT STRING', () => {
  it('of whole octets is its octets', () => {
    expect(values.readBitString(der('0303006162'))).toEqual(bytes('6162'));
    expect(values.readBitString(der('030100'))).toEqual(bytes(''));
  });

  it.each(['0300', '0302 0160', '2303 030100', '0402 0061'])('of whole octets is not %s', (input) => {
    expect(values.readBitString(der(input))).toBeUndefined();
  });

  it('of whole octets is not one of no octet, before an end of contents', () => {
    const [empty] = readSequence(readBer(bytes('3080 0300 0000'))) ?? [];
    expect(empty?.tag).toBe(3);
    expect(values.readBitString(empty)).toBeUndefined();
  });

  it('of named bits is the bits that are set', () => {
    expect([...(values.readNamedBits(der('030204f0')) ?? [])]).toEqual([0, 1, 2, 3]);
    expect([...(values.readNamedBits(der('03020106')) ?? [])]).toEqual([5, 6]);
    expect([...(values.readNamedBits(der('0303070080')) ?? [])]).toEqual([8]);
    expect([...(values.readNamedBits(der('0303070680')) ?? [])]).toEqual([5, 6, 8]);
    expect([...(values.readNamedBits(der('030100')) ?? [1])]).toEqual([]);
    expect([...(values.readNamedBits(der('0309 00 0000000000000001')) ?? [])]).toEqual([63]);
  });

  it.each([
    '0300',
    '030101',
    '0302 0880',
    '0302 0501',
    '0303 07 8001',
    '030a 00 000000000000000001',
    '040204f0',
  ])('of named bits is not %s', (input) => {
    expect(values.readNamedBits(der(input))).toBeUndefined();
  });
});

describe('a time', () => {
  it.each([
    ['17', '200318183253Z', '2020-03-18T18:32:53Z'],
    ['17', '491231235959Z', '2049-12-31T23:59:59Z'],
    ['17', '500101000000Z', '1950-01-01T00:00:00Z'],
    ['18', '20500101000000Z', '2050-01-01T00:00:00Z'],
    ['18', '00010101000000Z', '0001-01-01T00:00:00Z'],
    ['18', '99991231235959Z', '9999-12-31T23:59:59Z'],
    ['17', '000229000000Z', '2000-02-29T00:00:00Z'],
    // Not as RFC 5280 has them, but one instant each.
    ['17', '2003181832Z', '2020-03-18T18:32:00Z'],
    ['18', '202003181832Z', '2020-03-18T18:32:00Z'],
    ['17', '200318183253+0100', '2020-03-18T17:32:53Z'],
    ['17', '2003181832-0930', '2020-03-19T04:02:00Z'],
    ['18', '20200318183253+0000', '2020-03-18T18:32:53Z'],
    ['18', '20200101003253+1200', '2019-12-31T12:32:53Z'],
    ['18', '20200318183253.5Z', '2020-03-18T18:32:53.500Z'],
    ['18', '20200318183253.000Z', '2020-03-18T18:32:53Z'],
    ['18', '20200318183253.123456789-0100', '2020-03-18T19:32:53.123Z'],
  ])('of tag %s, %s, is %s', (tag, value, iso) => {
    expect(readTime(text(tag, value))).toBe(Date.parse(iso));
  });

  it.each([
    ['17', '20200318183253Z'],
    ['18', '200318183253Z'],
    ['17', '200318183253'],
    ['18', '20200318183253'],
    ['17', '200318183253.5Z'],
    ['18', '20200318183253,5Z'],
    ['18', '20200318183253.Z'],
    ['18', '20200318183253.1234567890Z'],
    ['18', '202003181832.5Z'],
    ['18', '2020031818Z'],
    ['17', '200318183253+01'],
    ['17', '200318183253+1300'],
    ['17', '200318183253+0160'],
    ['17', '200318183253Z+0100'],
    ['17', '200431183253+0100'],
    ['18', '20200318246000Z'],
    ['18', '20200318183253.5+0100+0100'],
    ['17', '2003181832530'],
    ['17', ' 00318183253Z'],
    ['17', '+50318183253+0100'],
    ['17', ' 50318183253+0100'],
    ['18', '2e100318183253+0100'],
    ['18', '0x7e0318183253+0100'],
    ['17', '190229000000Z'],
    ['17', '200431000000Z'],
    ['17', '201301000000Z'],
    ['17', '200001000000Z'],
    ['17', '200100000000Z'],
    ['17', '200101240000Z'],
    ['17', '200101006000Z'],
    ['17', '161231235960Z'],
    ['18', '20200318183253z'],
    ['18', '2O200318183253Z'],
    ['18', '20/00318183253Z'],
    ['17', '20031818325:Z'],
    ['18', '21000229000000Z'],
    ['13', '200318183253Z'],
    ['37', '200318183253Z'],
  ])('is not %s %s', (tag, value) => {
    expect(readTime(text(tag, value))).toBeUndefined();
  });

  it('of any second is read back', () => {
    const second = fc.integer({ min: Date.UTC(1950, 0) / 1000, max: Date.UTC(2050, 0) / 1000 - 1 });
    fc.assert(
      fc.property(second, (seconds) => {
        const long = new Date(seconds * 1000).toISOString().replaceAll(/[-:T]|\.000/g, '');
        expect(readTime(text('18', long))).toBe(seconds * 1000);
        expect(readTime(text('17', long.slice(2)))).toBe(seconds * 1000);
      }),
    );
  });
});

it('NULL has no content', () => {
  expect(values.isNull(der('0500'))).toBe(true);
  expect(values.isNull(der('050100'))).toBe(false);
  expect(values.isNull(der('0400'))).toBe(false);
});
