import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { encode } from 'cborg';
import { calculateJwkThumbprint } from 'jose';
import { describe, expect, it } from 'vitest';
import { readCbor } from '../../src/kernel/bytes/cbor.js';
import { p256Point, p256Thumbprint, readCoseKey } from '../../src/kernel/asn1/cose.js';

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const SPKI: Buffer = publicKey.export({ type: 'spki', format: 'der' });
const JWK = publicKey.export({ format: 'jwk' });
const x = Buffer.from(JWK.x ?? '', 'base64url');
const y = Buffer.from(JWK.y ?? '', 'base64url');
const POINT = Buffer.concat([Buffer.of(4), x, y]);

const MEMBERS: readonly (readonly [number | string, unknown])[] = [
  [1, 2],
  [3, -7],
  [-1, 1],
  [-2, x],
  [-3, y],
];

const read = (members: readonly (readonly [number | string, unknown])[]): Uint8Array | undefined =>
  readCoseKey(readCbor(encode(new Map(members))));

/** The members, one of them with another value. */
function replaced(label: number, value: unknown): (readonly [number | string, unknown])[] {
  return MEMBERS.map(([key, old]) => [key, key === label ? value : old]);
}

describe('a COSE key', () => {
  it('for ES256 on P-256 is its point, in any order of members', () => {
    expect(read(MEMBERS)).toEqual(POINT);
    expect(read(MEMBERS.toReversed())).toEqual(POINT);
  });

  it.each<[string, readonly (readonly [number | string, unknown])[]]>([
    ['another type', replaced(1, 1)],
    ['RSA', replaced(1, 3)],
    ['ES384', replaced(3, -35)],
    ['EdDSA', replaced(3, -8)],
    ['P-384', replaced(-1, 2)],
    ['a short x', replaced(-2, x.subarray(1))],
    ['a long y', replaced(-3, Buffer.concat([y, y]))],
    ['a compressed point', replaced(-3, true)],
    ['x as text', replaced(-2, 'x'.repeat(32))],
    ['no algorithm', MEMBERS.filter(([key]) => key !== 3)],
    ['a sixth member', [...MEMBERS, [2, Buffer.of(1)]]],
    ['a private key', [...MEMBERS, [-4, x]]],
    ['names in place of labels', MEMBERS.map(([key, value]) => [String(key), value])],
    ['no members', []],
  ])('is none with %s', (_, members) => {
    expect(read(members)).toBeUndefined();
  });

  it.each([
    ['a list', []],
    ['bytes', x],
    ['nothing', undefined],
    ['null', null],
  ])('is not %s', (_, value) => {
    expect(readCoseKey(value)).toBeUndefined();
  });
});

describe('a SubjectPublicKeyInfo', () => {
  it('of P-256 has the point that Node says it has', () => {
    expect(p256Point(SPKI)).toEqual(POINT);
    const parsed = createPublicKey({ key: SPKI, format: 'der', type: 'spki' }).export({ format: 'jwk' });
    expect(parsed).toEqual(JWK);
  });

  it('of another key has none', () => {
    const other = (curve: string): Buffer =>
      generateKeyPairSync('ec', { namedCurve: curve }).publicKey.export({ type: 'spki', format: 'der' });
    expect(p256Point(other('P-384'))).toBeUndefined();
    expect(p256Point(other('secp256k1'))).toBeUndefined();
    expect(
      p256Point(generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' })),
    ).toBeUndefined();
    expect(p256Point(SPKI.subarray(0, -1))).toBeUndefined();
    expect(p256Point(Buffer.concat([SPKI, Buffer.of(0)]))).toBeUndefined();
    expect(p256Point(Buffer.alloc(0))).toBeUndefined();
    const compressed = Buffer.from(SPKI);
    compressed[26] = 2;
    expect(p256Point(compressed)).toBeUndefined();
  });

  it('with any octet before the point changed has none', () => {
    for (let at = 0; at < 26; at += 1) {
      const changed = Buffer.from(SPKI);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(p256Point(changed)).toBeUndefined();
    }
  });
});

it('the thumbprint is the one that jose computes', async () => {
  expect(p256Thumbprint(POINT)).toBe(await calculateJwkThumbprint(JWK));
});
