import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { HmacVerifier } from '../../src/kernel/jose/hmac.js';

const HASHES = ['sha256', 'sha384', 'sha512'] as const;

/** Test cases 1, 2, 6 and 7 of RFC 4231 §4: key, data and the first bytes of each MAC. */
const RFC_4231: readonly (readonly [Buffer, string, Record<(typeof HASHES)[number], string>])[] = [
  [
    Buffer.alloc(20, 0x0b),
    'Hi There',
    { sha256: 'b0344c61d8db3853', sha384: 'afd03944d8489562', sha512: '87aa7cdea5ef619d' },
  ],
  [
    Buffer.from('Jefe'),
    'what do ya want for nothing?',
    { sha256: '5bdcc146bf60754e', sha384: 'af45d2e376484031', sha512: '164b7a7bfcf819e2' },
  ],
  [
    Buffer.alloc(131, 0xaa),
    'Test Using Larger Than Block-Size Key - Hash Key First',
    { sha256: '60e431591ee0b67f', sha384: '4ece084485813e90', sha512: '80b24263c7c1a3eb' },
  ],
  [
    Buffer.alloc(131, 0xaa),
    'This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.',
    { sha256: '9b09ffa71b942fcb', sha384: '6617178e941f020d', sha512: 'e37b6a775dc87dba' },
  ],
];

describe.each(HASHES)('HMAC with %s', (hash) => {
  const mac = (key: Buffer, message: string) =>
    createHmac(hash, key).update(message, 'latin1').digest('base64url');

  it.each(RFC_4231)('verifies the vectors of RFC 4231', (key, data, macs) => {
    const right = mac(key, data);
    expect(Buffer.from(right, 'base64url').toString('hex').startsWith(macs[hash])).toBe(true);
    expect(new HmacVerifier(hash, createSecretKey(key)).verify(data, right)).toBe(true);
  });

  it('agrees with createHmac, for keys and messages of any length, one after the other', () => {
    for (let round = 0; round < 500; round += 1) {
      const key = randomBytes(1 + (round % 300));
      const verifier = new HmacVerifier(hash, createSecretKey(key));
      for (const length of [round * 16, 8192, 0, round]) {
        const message = randomBytes(Math.ceil(length / 2))
          .toString('hex')
          .slice(0, length);
        const right = mac(key, message);
        expect(verifier.verify(message, right)).toBe(true);
        expect(verifier.verify(`${message.slice(1)}x`, right)).toBe(false);
        expect(verifier.verify(message, mac(randomBytes(64), message))).toBe(false);
      }
    }
  });

  it('refuses what is not the whole MAC of the whole message', () => {
    const key = randomBytes(64);
    const verifier = new HmacVerifier(hash, createSecretKey(key));
    const right = mac(key, 'message');
    expect(verifier.verify('message', right)).toBe(true);
    for (const wrong of ['', right.slice(1), right.slice(0, -1), `${right}A`, right.toLowerCase()]) {
      expect(verifier.verify('message', wrong)).toBe(false);
    }
    for (const other of ['', 'messag', 'message ', 'Message', 'message\0'])
      expect(verifier.verify(other, right)).toBe(false);
  });

  it('does not cut a message that is too long', () => {
    const key = randomBytes(64);
    const verifier = new HmacVerifier(hash, createSecretKey(key));
    const longest = 'a'.repeat(8192);
    expect(verifier.verify(longest, mac(key, longest))).toBe(true);
    expect(verifier.verify(`${longest}a`, mac(key, longest))).toBe(false);
    expect(verifier.verify(`${longest}a`, mac(key, `${longest}a`))).toBe(false);
  });
});
