import { constants, generateKeyPairSync, sign, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signPss, verifyPss } from '../../src/kernel/jose/rsa-pss.js';

const {
  RSA_PKCS1_PSS_PADDING: padding,
  RSA_PSS_SALTLEN_DIGEST: DIGEST,
  RSA_PSS_SALTLEN_AUTO: AUTO,
  RSA_PSS_SALTLEN_MAX_SIGN: MAX,
} = constants;
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
const text = Buffer.from('text');

describe.each([
  ['sha256', 32],
  ['sha384', 48],
  ['sha512', 64],
] as const)('%s', (hash, length) => {
  const signed = (saltLength: number): Buffer => sign(hash, text, { key: privateKey, padding, saltLength });

  it('signs what Node verifies, with a salt of the length of the hash', () => {
    const signature = signPss(hash, text, privateKey);
    for (const saltLength of [DIGEST, length, AUTO])
      expect(verify(hash, text, { key: publicKey, padding, saltLength }, signature)).toBe(true);
    expect(verify(hash, text, { key: publicKey, padding, saltLength: length - 1 }, signature)).toBe(false);
  });

  it('verifies what Node signs, time and again', () => {
    for (const saltLength of [DIGEST, length])
      expect(verifyPss(hash, text, publicKey, signed(saltLength))).toBe(true);
  });

  it('refuses a salt of another length, where no length is given', () => {
    for (const saltLength of [0, 20, length - 1, length + 1, MAX]) {
      expect(verifyPss(hash, text, publicKey, signed(saltLength))).toBe(false);
      expect(verifyPss(hash, text, publicKey, signed(saltLength), AUTO)).toBe(true);
    }
  });

  it('refuses PKCS #1 v1.5, another hash, another key, another text, and any bit flipped', () => {
    const right = signed(DIGEST);
    const pkcs1 = sign(hash, text, privateKey);
    for (const saltLength of [DIGEST, AUTO]) {
      expect(verifyPss(hash, text, publicKey, pkcs1, saltLength)).toBe(false);
      expect(verifyPss(hash, text, other.publicKey, right, saltLength)).toBe(false);
      expect(verifyPss(hash, Buffer.from('Text'), publicKey, right, saltLength)).toBe(false);
      const another = hash === 'sha256' ? 'sha512' : 'sha256';
      expect(verifyPss(another, text, publicKey, right, saltLength)).toBe(false);
    }
    for (let at = 0; at < right.length; at += 1) {
      const wrong = right.map((octet, index) => (index === at ? octet ^ 1 : octet));
      expect(verifyPss(hash, text, publicKey, wrong)).toBe(false);
    }
  });

  it('refuses a signature of another length', () => {
    const right = signed(DIGEST);
    for (const wrong of [Buffer.alloc(0), right.subarray(1), Buffer.concat([right, Buffer.alloc(1)])])
      expect(verifyPss(hash, text, publicKey, wrong)).toBe(false);
  });
});
