import { expect } from 'vitest';
import { weaknessOf } from '../../../src/kernel/config/guessable.js';

/** The seed of every run: what was refused once is refused again. */
const SEED = 20_261_129;

/** Pseudorandom bytes, the same in every run: splitmix32. */
export class RandomBytes {
  #state = SEED;

  bytes(length: number): Buffer {
    const bytes = Buffer.allocUnsafe(Math.ceil(length / 4) * 4);
    for (let at = 0; at < bytes.length; at += 4) bytes.writeInt32LE(this.#next(), at);
    return bytes.subarray(0, length);
  }

  #next(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  }
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export function base32(bytes: Uint8Array): string {
  let [text, value, bits] = ['', 0, 0];
  for (const byte of bytes) {
    value = (value << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET[(value >> (bits - 5)) & 31];
    value &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + ALPHABET[(value << (5 - bits)) & 31];
}

export function uuid(bytes: Buffer): string {
  const own = Buffer.from(bytes);
  own[6] = 0x40 | ((own[6] as number) & 0x0f);
  own[8] = 0x80 | ((own[8] as number) & 0x3f);
  return own.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

type Draw = (random: RandomBytes) => string;

/** The ways in which tools write random bytes: each has 32 characters or more. Ten forms in all. */
export const FORMS_OF_DIGITS: Readonly<Record<string, Draw>> = {
  '16 bytes in hexadecimal': (random) => random.bytes(16).toString('hex'),
  '32 bytes in hexadecimal': (random) => random.bytes(32).toString('hex'),
  UUIDs: (random) => uuid(random.bytes(16)),
  'pairs of UUIDs': (random) => uuid(random.bytes(16)) + uuid(random.bytes(16)),
  '20 bytes in base32': (random) => base32(random.bytes(20)),
};
export const FORMS_OF_LETTERS: Readonly<Record<string, Draw>> = {
  '32 bytes in base32': (random) => base32(random.bytes(32)),
  '24 bytes in base64': (random) => random.bytes(24).toString('base64'),
  '48 bytes in base64': (random) => random.bytes(48).toString('base64'),
  '32 bytes in base64url': (random) => random.bytes(32).toString('base64url'),
  '64 bytes in base64url': (random) => random.bytes(64).toString('base64url'),
};

/** Draws that many secrets, the same in every run, and judges each. */
export function expectNoneRefused(draw: Draw, count: number): void {
  const random = new RandomBytes();
  const refused: string[] = [];
  for (let round = 0; round < count; round += 1) {
    const secret = draw(random);
    if (secret.length < 32 || weaknessOf(Buffer.from(secret)) !== undefined) refused.push(secret);
  }
  expect(refused).toEqual([]);
}
