import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readBer } from '../../src/readers/ber.js';
import { compareSignatures, otherForm, readSignature } from '../../src/readers/ecdsa.js';
import { der, encode, row } from '../../src/readers/tree.js';

describe.each([
  ['P-256', 'sha256'],
  ['P-384', 'sha384'],
] as const)('signatures of %s', (namedCurve, hash) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
  const data = Buffer.from('what is signed');
  const made = Array.from({ length: 20 }, () => sign(hash, data, privateKey));

  it('have another form, which OpenSSL accepts as well', () => {
    for (const signature of made) {
      const other = encode(otherForm(readBer(signature) ?? row([])) ?? row([]));
      expect(other.equals(signature)).toBe(false);
      expect(verify(hash, data, publicKey, other)).toBe(true);
      expect(compareSignatures(other, signature)).toBe('other form');
      expect(encode(otherForm(readBer(other) ?? row([])) ?? row([])).equals(signature)).toBe(true);
    }
  });

  it('are the same, or not the same', () => {
    const [one = data, two = data] = made;
    expect(compareSignatures(one, one)).toBe('same');
    expect(compareSignatures(one, two)).toBeUndefined();
    expect(compareSignatures(one, Buffer.alloc(0))).toBeUndefined();
    const [first] = readBer(one)?.children ?? [];
    const [, second] = readBer(two)?.children ?? [];
    const mixed = encode(der(0x30, { children: [first ?? row([]), second ?? row([])] }));
    expect(compareSignatures(mixed, one)).toBeUndefined();
  });
});

it('reads the two numbers, and nothing else', () => {
  expect(readSignature(readBer(Buffer.from('3006020105020107', 'hex')))).toEqual([5n, 7n]);
  expect(readSignature(readBer(Buffer.from('3003020105', 'hex')))).toBeUndefined();
  expect(readSignature(readBer(Buffer.from('3009020105020107020109', 'hex')))).toBeUndefined();
  expect(readSignature(readBer(Buffer.from('3006020100020107', 'hex')))).toBeUndefined();
});
