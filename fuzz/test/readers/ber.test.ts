// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 cannot be imported without it
import 'reflect-metadata';
import { X509Certificate as PeculiarCertificate } from '@peculiar/x509';
import { describe, expect, it } from 'vitest';
import { opened, readBer } from '../../src/readers/ber.js';
import { der, encode, type Part } from '../../src/readers/tree.js';
import { treeOfDer } from '../../src/readers/trees.js';
import { virtualChains } from '../support/virtual-chains.js';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('the reader of BER', () => {
  it.each(virtualChains())('reads the fields of a certificate as @peculiar/x509 does: %s', (_, bytes) => {
    const theirs = new PeculiarCertificate(bytes);
    const fields = readBer(bytes)?.children?.[0]?.children ?? [];
    const [, serial, , issuer, , subject, key, extensions] = fields;
    expect(serial?.content?.toString('hex')).toBe(theirs.serialNumber.replace(/^(?=[89a-f])/, '00'));
    expect(issuer && encode(issuer).equals(Buffer.from(theirs.issuerName.toArrayBuffer()))).toBe(true);
    expect(subject && encode(subject).equals(Buffer.from(theirs.subjectName.toArrayBuffer()))).toBe(true);
    expect(key && encode(key).equals(Buffer.from(theirs.publicKey.rawData))).toBe(true);
    const own = (extensions?.children?.[0]?.children ?? []).map(encode);
    expect(own.map((each) => each.toString('hex'))).toEqual(
      theirs.extensions.map((each) => Buffer.from(each.rawData).toString('hex')),
    );
    expect(own.length).toBeGreaterThan(0);
  });

  it.each(virtualChains())('takes apart and writes the same octets: %s', (_, bytes) => {
    const part = readBer(bytes);
    expect(part && encode(part).equals(bytes)).toBe(true);
    expect(part && encode(opened(part)).equals(bytes)).toBe(true);
  });

  it.each([
    ['a long length', '30 8103 020105', 1],
    ['a longer length', '30 820003 020105', 2],
    ['an indefinite length', '30 80 020105 0000', 'open'],
  ])('reads %s, and writes it again', (_, text, width) => {
    const part = readBer(hex(text));
    expect(part?.width).toBe(width);
    expect(part?.children?.[0]?.content).toEqual(Buffer.of(5));
    expect(part && encode(part)).toEqual(hex(text));
  });

  it.each([
    ['a tag of several octets', 'bf8502 03 020105', 'bf8502'],
    ['a context tag', 'a0 03 020105', 'a0'],
  ])('reads %s', (_, text, tag) => {
    expect(readBer(hex(text))?.tag.toString('hex')).toBe(tag);
  });

  it('leaves the content of a constructed element alone if it is not made of elements', () => {
    const part = readBer(hex('30 02 0205'));
    expect(part?.children).toBeUndefined();
    expect(part?.content).toEqual(hex('0205'));
  });

  it('joins an octet string in pieces, and keeps their sizes', () => {
    const text = '24 80 0402 3003 0403 020105 0000';
    const part = opened(readBer(hex(text)) ?? der(0x05, {}));
    expect(part.kind).toBe('pieces');
    expect(part.sizes).toEqual([2, 3]);
    expect(part.children?.[0]?.children?.[0]?.content).toEqual(Buffer.of(5));
    expect(encode(part)).toEqual(hex(text));
  });

  it.each([
    ['nothing', ''],
    ['a tag alone', '30'],
    ['a length beyond the end', '04 05 00'],
    ['an octet too many', '0500 00'],
    ['a length of five octets', '04 850000000001 00'],
    ['an indefinite length that never ends', '30 80 020105'],
    ['an indefinite length of a primitive', '04 80 00 0000'],
    ['a tag that never ends', '1f ff ff'],
  ])('refuses %s', (_, text) => {
    expect(readBer(hex(text))).toBeUndefined();
  });

  it('reads 65 elements inside of one another, and no more', () => {
    expect(depthOf(readBer(hex(`${'3080'.repeat(65)}${'0000'.repeat(65)}`)))).toBe(65);
    expect(readBer(hex(`${'3080'.repeat(66)}${'0000'.repeat(66)}`))).toBeUndefined();
  });
});

describe('the writer of DER', () => {
  const octets = der(0x04, { content: Buffer.alloc(200, 7) });

  it.each<[string, Part, string]>([
    ['the fewest octets of length', octets, '0481c8'],
    ['more of them', { ...octets, width: 4 }, '0484000000c8'],
    ['a lie', { ...octets, lie: -1n }, '0481c7'],
    ['a lie below zero', { ...octets, lie: -1000n }, '0400'],
    ['a short length', { ...octets, content: Buffer.of(7) }, '040107'],
    ['a tag of several octets', der(hex('bf8502'), { content: Buffer.of(7) }), 'bf85020107'],
  ])('writes %s', (_, part, start) => {
    expect(encode(part).toString('hex').startsWith(start)).toBe(true);
  });
});

it('refuses to make mutants of an object that it would write in another way', () => {
  expect(() => treeOfDer(hex('0500 00'))).toThrow('a genuine object cannot be taken apart');
});

function depthOf(part: Part | undefined): number {
  return part === undefined ? 0 : 1 + depthOf(part.children?.[0]);
}
