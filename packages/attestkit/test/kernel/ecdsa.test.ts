import {
  createECDH,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  hash as digest,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signSideBySide, verifySideBySide } from '../../src/kernel/jose/ecdsa.js';

const P1363 = 'ieee-p1363';

describe.each([
  ['P-256', 'sha256', 64],
  ['P-384', 'sha384', 96],
  ['P-521', 'sha512', 132],
] as const)('%s', (namedCurve, hash, length) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
  const half = length / 2;
  const text = (count: number): Buffer => Buffer.from(`text ${count}`);
  /** What Node says of it. */
  const native = (of: Uint8Array, signature: Uint8Array): boolean =>
    verify(hash, of, { key: publicKey, dsaEncoding: P1363 }, signature);

  it('signs what Node verifies, and verifies what Node signs', () => {
    for (let count = 0; count < 300; count += 1) {
      const ours = signSideBySide(hash, text(count), privateKey);
      expect([ours.length, native(text(count), ours)]).toEqual([length, true]);
      const theirs = sign(hash, text(count), { key: privateKey, dsaEncoding: P1363 });
      expect(verifySideBySide(hash, text(count), publicKey, theirs)).toBe(true);
    }
  });

  it.each([
    ['r', 0],
    ['s', half],
  ] as const)('takes a signature whose %s begins with an octet of zeros', (_, at) => {
    // One in 256 has it; on P-521 the first octet has one bit, so that half of them have it.
    for (let count = 0; ; count += 1) {
      const signature = signSideBySide(hash, text(count), privateKey);
      if (signature[at] !== 0) continue;
      expect(native(text(count), signature)).toBe(true);
      expect(verifySideBySide(hash, text(count), publicKey, signature)).toBe(true);
      return;
    }
  });

  it('refuses each signature that Node refuses: a bit flipped, numbers exchanged, none, too large, the other of two', () => {
    const right = sign(hash, text(1), { key: privateKey, dsaEncoding: P1363 });
    const [r, s] = [right.subarray(0, half), right.subarray(half)];
    const [zeros, ones] = [Buffer.alloc(half), Buffer.alloc(half, 0xff)];
    const one = Buffer.from(zeros);
    one[half - 1] = 1;
    const numbers = [r, s, zeros, ones, one];
    const pairs = numbers.flatMap((first) => numbers.map((second) => Buffer.concat([first, second])));
    const flipped = Array.from({ length: length * 8 }, (_, bit) =>
      right.map((octet, at) => (at === bit >> 3 ? octet ^ (1 << (bit & 7)) : octet)),
    );
    for (const wrong of [...pairs, ...flipped].filter((each) => !right.equals(each))) {
      expect(native(text(1), wrong)).toBe(false);
      expect(verifySideBySide(hash, text(1), publicKey, wrong)).toBe(false);
    }
    expect(verifySideBySide(hash, text(2), publicKey, right)).toBe(false);
  });

  it('refuses a signature of another length, also the numbers without their zeros', () => {
    const right = sign(hash, text(1), { key: privateKey, dsaEncoding: P1363 });
    const [r, s] = [right.subarray(0, half), right.subarray(half)];
    const zero = Buffer.alloc(1);
    const padded = [zero, r, zero, s];
    for (const wrong of [[], [right, zero], [zero, right], padded, [r], [right.subarray(1)]].map((parts) =>
      Buffer.concat(parts),
    ))
      expect(verifySideBySide(hash, text(1), publicKey, wrong)).toBe(false);
    // Half of the signatures by P-521 stay the same numbers without their first octet.
    for (let count = 0; count < 20; count += 1) {
      const signature = sign(hash, text(count), { key: privateKey, dsaEncoding: P1363 });
      expect(verifySideBySide(hash, text(count), publicKey, signature.subarray(1))).toBe(false);
    }
  });

  it('does not take DER', () => {
    const der = sign(hash, text(1), privateKey);
    expect(verify(hash, text(1), publicKey, der)).toBe(true);
    expect(verifySideBySide(hash, text(1), publicKey, der)).toBe(false);
  });
});

describe('a number of a signature that is small', () => {
  const text = Buffer.from('text');
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const mod = (value: bigint): bigint => ((value % order) + order) % order;
  const digits = (value: bigint): string => value.toString(16).padStart(64, '0');

  function inverse(value: bigint): bigint {
    let [result, power] = [1n, value];
    for (let exponent = order - 2n; exponent > 0n; exponent >>= 1n) {
      if ((exponent & 1n) === 1n) result = mod(result * power);
      power = mod(power * power);
    }
    return result;
  }

  /** A key that signed the text with this `s`: of the equation of ECDSA the key is what is not given. */
  function signedWith(s: bigint): { key: KeyObject; signature: Buffer } {
    const ecdh = createECDH('prime256v1');
    const r = mod(BigInt(`0x${ecdh.generateKeys('hex').slice(2, 66)}`));
    const k = BigInt(`0x${ecdh.getPrivateKey('hex')}`);
    const z = BigInt(`0x${digest('sha256', text, 'hex')}`);
    ecdh.setPrivateKey(digits(mod((k * s - z) * inverse(r))), 'hex');
    const point = ecdh.getPublicKey();
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((each) => each.toString('base64url'));
    const key = { kty: 'EC', crv: 'P-256', x: x as string, y: y as string };
    return {
      key: createPublicKey({ key, format: 'jwk' }),
      signature: Buffer.from(digits(r) + digits(s), 'hex'),
    };
  }

  it.each([1n, 0x7fn, 0x80n, 0xffn, 0x100n, 0x7fffn, 0x8000n, 1n << 200n])(
    'is taken as Node takes it: %s',
    (s) => {
      const { key, signature } = signedWith(s);
      expect(verify('sha256', text, { key, dsaEncoding: P1363 }, signature)).toBe(true);
      expect(verifySideBySide('sha256', text, key, signature)).toBe(true);
    },
  );
});

it('signs with keys on a curve of NIST alone', () => {
  const others = [
    generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey,
    generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
    generateKeyPairSync('ed25519').privateKey,
  ];
  for (const key of others) {
    expect(verifySideBySide('sha256', Buffer.from('text'), createPublicKey(key), Buffer.alloc(64))).toBe(
      false,
    );
    expect(() => signSideBySide('sha256', Buffer.from('text'), key)).toThrow('not on a NIST curve');
  }
  const secret = createSecretKey(Buffer.alloc(32, 1));
  expect(verifySideBySide('sha256', Buffer.from('text'), secret, Buffer.alloc(64))).toBe(false);
  expect(() => signSideBySide('sha256', Buffer.from('text'), secret)).toThrow('not on a NIST curve');
});
