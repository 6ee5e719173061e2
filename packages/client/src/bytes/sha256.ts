// Of its own: `crypto.subtle` is missing in React Native, and answers only later.

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4 §4.2.2). */
const ROUNDS = fractions(64, 3);
/** The same of the square roots of the first 8 (§5.3.3). */
const START = fractions(8, 2);

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
  for (let at = 0; at < 16; at += 1) words[at] = view.getInt32(offset + at * 4);
  for (let at = 16; at < 64; at += 1) {
    const [near, far] = [word(at - 2), word(at - 15)];
    const one = rotated(near, 17) ^ rotated(near, 19) ^ (near >>> 10);
    const zero = rotated(far, 7) ^ rotated(far, 18) ^ (far >>> 3);
    words[at] = one + word(at - 7) + zero + word(at - 16);
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = hash;
  for (let at = 0; at < 64; at += 1) {
    const one = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
    const first = (h + one + ((e & f) ^ (~e & g)) + (ROUNDS[at] as number) + word(at)) | 0;
    const zero = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
    const second = (zero + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  for (const [at, value] of [a, b, c, d, e, f, g, h].entries()) hash[at] = (hash[at] as number) + value;
}

function rotated(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

function fractions(count: number, root: number): Int32Array {
  const found: number[] = [];
  for (let number = 2; found.length < count; number += 1) {
    let isPrime = true;
    for (let divisor = 2; divisor * divisor <= number; divisor += 1)
      if (number % divisor === 0) isPrime = false;
    if (isPrime) found.push(fraction(number, root));
  }
  return Int32Array.from(found);
}

/** The first 32 bits of the fractional part of a root: 53 bits hold it with the integer part, exactly as the standard lists it. */
function fraction(number: number, root: number): number {
  const value = root === 2 ? Math.sqrt(number) : Math.cbrt(number);
  return ((value - Math.floor(value)) * 0x1_0000_0000) | 0;
}
