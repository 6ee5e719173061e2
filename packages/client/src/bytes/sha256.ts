// Of its own: `crypto.subtle` is missing in React Native, and answers only later.

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4 §4.2.2). */
const ROUNDS = fractions(64, Math.cbrt);
/** The same of the square roots of the first 8 (§5.3.3). */
const START = fractions(8, Math.sqrt);

/** SHA-256 (FIPS 180-4 §6.2): 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  const blocks = Math.ceil((bytes.length + 9) / 64);
  const padded = new Uint8Array(blocks * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 0x2000_0000));
  view.setUint32(padded.length - 4, (bytes.length << 3) >>> 0);
  const hash = Int32Array.from(START);
  const words = new Int32Array(64);
  for (let block = 0; block < blocks; block += 1) digestBlock(hash, words, view, block * 64);
  const digest = new DataView(new ArrayBuffer(32));
  for (let at = 0; at < 8; at += 1) digest.setInt32(at * 4, hash[at] as number);
  return new Uint8Array(digest.buffer);
}

function digestBlock(hash: Int32Array, words: Int32Array, view: DataView, offset: number): void {
  const word = (at: number): number => words[at] as number;
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = hash;
  for (let at = 0; at < 64; at += 1) {
    words[at] =
      at < 16
        ? view.getInt32(offset + at * 4)
        : small(word(at - 2), 17, 19, 10) + word(at - 7) + small(word(at - 15), 7, 18, 3) + word(at - 16);
    const first = h + large(e, 6, 11, 25) + ((e & f) ^ (~e & g)) + (ROUNDS[at] as number) + word(at);
    const second = large(a, 2, 13, 22) + ((a & b) ^ (a & c) ^ (b & c));
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  for (const [at, value] of [a, b, c, d, e, f, g, h].entries()) hash[at] = (hash[at] as number) + value;
}

/** Σ of §4.1.2. */
function large(word: number, one: number, two: number, three: number): number {
  return rotated(word, one) ^ rotated(word, two) ^ rotated(word, three);
}

/** σ of §4.1.2. */
function small(word: number, one: number, two: number, shift: number): number {
  return rotated(word, one) ^ rotated(word, two) ^ (word >>> shift);
}

function rotated(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

function fractions(count: number, root: (number: number) => number): Int32Array {
  const found: number[] = [];
  for (let number = 2; found.length < count; number += 1) {
    let isPrime = true;
    for (let divisor = 2; divisor * divisor <= number; divisor += 1)
      if (number % divisor === 0) isPrime = false;
    // 53 bits hold the integer part, and the first 32 bits of the fractional part as the standard lists them.
    if (isPrime) found.push((root(number) % 1) * 0x1_0000_0000);
  }
  return Int32Array.from(found);
}
