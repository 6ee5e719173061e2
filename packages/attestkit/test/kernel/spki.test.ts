import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
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

describe('is what OpenSSL makes of the DER, where it is not exactly an RSA key', () => {
  const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
  const numbers = bits(key.export({ type: 'pkcs1', format: 'der' }));
  const [PSS, OTHER] = ['1.2.840.113549.1.1.10', '1.2.3.4'];
  const hashes = { hashAlgorithm: 'sha256', mgf1HashAlgorithm: 'sha256', saltLength: 32 };
  /** The types of Node do not have the call without a hash. */
  const pssKey = (options: object = {}): KeyObject => {
    const pair: unknown = generateKeyPairSync(
      'rsa-pss' as never,
      { modulusLength: 2048, ...options } as never,
    );
    return (pair as { publicKey: KeyObject }).publicKey;
  };
  const inOpenSsl = (spki: Buffer): KeyObject | undefined => {
    try {
      return createPublicKey({ key: spki, format: 'der', type: 'spki' });
    } catch {
      return undefined;
    }
  };

  it.each<[string, Buffer, string | undefined]>([
    ['RSA', sequence(sequence(oid(RSA), NULL), numbers), 'rsa'],
    ['RSA without parameters', sequence(sequence(oid(RSA)), numbers), 'rsa'],
    ['RSASSA-PSS', der(pssKey()), 'rsa-pss'],
    ['RSASSA-PSS for one hash', der(pssKey(hashes)), 'rsa-pss'],
    ['RSASSA-PSS with NULL', sequence(sequence(oid(PSS), NULL), numbers), undefined],
    ['another algorithm with the numbers of RSA', sequence(sequence(oid(OTHER), NULL), numbers), undefined],
    ['RSA with a second parameter', sequence(sequence(oid(RSA), NULL, NULL), numbers), undefined],
    ['RSA with a third part', sequence(sequence(oid(RSA), NULL), numbers, NULL), undefined],
  ])('%s', (_name, spki, type) => {
    expect(importSpki(spki)?.asymmetricKeyType).toBe(type);
    expect(inOpenSsl(spki)?.asymmetricKeyType).toBe(type);
  });
});
