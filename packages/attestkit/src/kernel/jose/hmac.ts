import { hash, timingSafeEqual, type KeyObject } from 'node:crypto';

/** Bytes of a message. The longest token fits (`jws.ts`). */
const MAX_MESSAGE = 8192;

/** Bytes of a block of the hash (RFC 6234 §1). */
const BLOCK: Readonly<Record<string, number>> = { sha256: 64, sha384: 128, sha512: 128 };

/**
 * HMAC (RFC 2104) with one key, made for verifying many short messages: the key's two pads are computed once, and a
 * MAC is two one-shot hashes, in about half the time that `createHmac` takes to set itself up and finish. Held
 * against `createHmac` and the vectors of RFC 4231 in the tests.
 */
export class HmacVerifier {
  readonly #hash: string;
  readonly #block: number;
  /** The inner pad with room for the message behind it, and the outer pad with room for the inner digest. */
  readonly #inner: Buffer;
  readonly #outer: Buffer;
  /** Room for the text of the right MAC, and for the one that was sent. */
  readonly #right: Buffer;
  readonly #sent: Buffer;

  constructor(hashName: string, key: KeyObject) {
    const block = BLOCK[hashName] as number;
    const secret = key.export();
    const padded = Buffer.alloc(block);
    const fits = secret.length <= block ? secret : hash(hashName, secret, 'buffer');
    fits.copy(padded);
    this.#hash = hashName;
    this.#block = block;
    this.#inner = Buffer.alloc(block + MAX_MESSAGE);
    const size = hash(hashName, padded, 'buffer').length;
    this.#outer = Buffer.alloc(block + size);
    this.#right = Buffer.alloc(Math.ceil((size * 4) / 3));
    this.#sent = Buffer.alloc(this.#right.length);
    for (let at = 0; at < block; at += 1) {
      const byte = padded[at] as number;
      this.#inner[at] = byte ^ 0x36;
      this.#outer[at] = byte ^ 0x5c;
    }
    padded.fill(0);
  }

  /**
   * Whether `mac`, in canonical base64url, is the message's; compared in constant time, as the one text that the
   * right MAC has.
   *
   * @param message ASCII; longer than any token: false
   */
  verify(message: string, mac: string): boolean {
    if (message.length > MAX_MESSAGE || mac.length !== this.#sent.length) return false;
    const length = this.#inner.write(message, this.#block, 'latin1');
    // As text of one byte a character: Node makes a Buffer of a digest far slower than a string.
    const digest = hash(this.#hash, this.#inner.subarray(0, this.#block + length), 'binary');
    this.#outer.write(digest, this.#block, 'latin1');
    this.#right.write(hash(this.#hash, this.#outer, 'base64url'), 'latin1');
    this.#sent.write(mac, 'latin1');
    return timingSafeEqual(this.#right, this.#sent);
  }
}
