import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { importSpki } from '../../src/kernel/asn1/spki.js';
import { bits, integer, NULL, oid, sequence } from '../../../testing/src/encode/der.js';

const der = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });
const RSA = '1.2.840.113549.1.1.1';
const modulus = 2n ** 2047n + 12345n;

const keys: readonly (readonly [string, KeyObject])[] = [
  ['P-256', generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey],
  ['P-384', generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey],
  ['P-521', generateKeyPairSync('ec', { namedCurve: 'P-521' }).publicKey],
  ['RSA', generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey],
  [
    'RSA with a small exponent',
    generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 }).publicKey,
  ],
  ['Ed25519', generateKeyPairSync('ed25519').publicKey],
];

it.each(keys)('imports a key as OpenSSL reads its DER: %s', (_name, key) => {
  const imported = importSpki(der(key));
  expect(imported?.equals(key)).toBe(true);
  expect(imported?.asymmetricKeyType).toBe(key.asymmetricKeyType);
  expect(imported?.type).toBe('public');
});

describe('cannot be used', () => {
  const point = der((keys[0] as (typeof keys)[0])[1]);
  const offCurve = Buffer.from(point);
  offCurve.writeUInt8((offCurve.at(-1) as number) ^ 1, offCurve.length - 1);
  const rsa = (...numbers: readonly Buffer[]): Buffer =>
    sequence(sequence(oid(RSA), NULL), bits(sequence(...numbers)));

  it.each([
    ['a point that is not on its curve', offCurve],
    ['a point that is cut off', point.subarray(0, -1)],
    ['nothing', Buffer.alloc(0)],
    ['an algorithm that nobody knows', sequence(sequence(oid('1.2.3.4')), bits(Buffer.of(1)))],
    ['RSA without an exponent', rsa(integer(modulus))],
    ['RSA that is no key', sequence(sequence(oid(RSA), NULL), bits(Buffer.of(1, 2, 3)))],
  ])('%s', (_name, spki) => {
    expect(importSpki(spki)).toBeUndefined();
  });
});
