import { createCipheriv, createSecretKey, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { unwrapByBlocks, unwrapKey } from '../../src/kernel/jose/aes-kw.js';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const KEK = createSecretKey(hex('000102030405060708090A0B0C0D0E0F 101112131415161718191A1B1C1D1E1F'));

/** RFC 3394 §4.3, §4.5, §4.6: keys of 128, 192 and 256 bits, wrapped with one of 256. */
const PUBLISHED: readonly (readonly [string, string])[] = [
  ['00112233445566778899AABBCCDDEEFF', '64E8C3F9CE0F5BA2 63E9777905818A2A 93C8191E7D6E8AE7'],
  [
    '00112233445566778899AABBCCDDEEFF0001020304050607',
    'A8F9BC1612C68B3F F6E6F4FBE30E71E4 769C8B80A32CB895 8CD5D17D6B254DA1',
  ],
  [
    '00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F',
    '28C9F404C4B810F4 CBCCB35CFB87F826 3F5786E2D80ED326 CBC7F0E71A99F43B FB988B9B7A02DD21',
  ],
];

function wrap(kek: Buffer, key: Buffer): Buffer {
  const cipher = createCipheriv('id-aes256-wrap', kek, Buffer.alloc(8, 0xa6));
  return Buffer.concat([cipher.update(key), cipher.final()]);
}

describe.each([
  ['as this runtime does it', unwrapKey],
  ['with the block cipher alone', unwrapByBlocks],
])('AES key wrap, %s', (_, unwrap) => {
  it.each(PUBLISHED)('unwraps %s of RFC 3394', (key, wrapped) => {
    expect(Buffer.from(unwrap(KEK, hex(wrapped)) ?? [])).toEqual(hex(key));
  });

  it('unwraps what OpenSSL wrapped', () => {
    for (let length = 16; length <= 512; length += 8) {
      const [kek, key] = [randomBytes(32), randomBytes(length)];
      expect(Buffer.from(unwrap(createSecretKey(kek), wrap(kek, key)) ?? [])).toEqual(key);
    }
  });

  it('gives nothing for a key where any bit was turned', () => {
    const [, wrapped] = PUBLISHED[2] as readonly [string, string];
    for (let bit = 0; bit < 320; bit += 1) {
      const altered = hex(wrapped);
      altered[bit >> 3] = (altered[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(unwrap(KEK, altered)).toBeUndefined();
    }
  });

  it('gives nothing for what was wrapped with another key', () => {
    expect(unwrap(createSecretKey(randomBytes(32)), hex(PUBLISHED[0]?.[1] ?? ''))).toBeUndefined();
  });
});

it.each([0, 1, 7, 8, 16, 23, 25, 39, 41])('gives nothing for %i bytes', (length) => {
  expect(unwrapKey(KEK, Buffer.alloc(length))).toBeUndefined();
});
