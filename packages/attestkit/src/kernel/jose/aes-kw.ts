import { createDecipheriv, getCiphers, type KeyObject } from 'node:crypto';
import { equalBytes } from '../bytes/equal-bytes.js';

/** What an intact key unwraps to first (RFC 3394 §2.2.3.1). */
const INITIAL_VALUE = Buffer.alloc(8, 0xa6);

/** OpenSSL has the whole of it, and takes a fifth of the time; the crypto of Bun and Deno has the block cipher only. */
const NATIVE = 'id-aes256-wrap';
const isNative = getCiphers().includes(NATIVE);

/**
 * Unwraps a key with AES-256 key wrap (RFC 3394 §2.2.2); undefined if it was wrapped with another key, or altered.
 *
 * @param wrapped a multiple of 8 bytes, at least 24
 */
export function unwrapKey(kek: KeyObject, wrapped: Uint8Array): Uint8Array | undefined {
  if (wrapped.length < 24 || wrapped.length % 8 !== 0) return undefined;
  return isNative ? unwrapNatively(kek, wrapped) : unwrapByBlocks(kek, wrapped);
}

function unwrapNatively(kek: KeyObject, wrapped: Uint8Array): Uint8Array | undefined {
  try {
    return createDecipheriv(NATIVE, kek, INITIAL_VALUE).update(wrapped);
  } catch {
    return undefined;
  }
}

/** The steps of RFC 3394 §2.2.2 with the block cipher alone. Exported for tests on runtimes that do not need it. */
export function unwrapByBlocks(kek: KeyObject, wrapped: Uint8Array): Uint8Array | undefined {
  const decipher = createDecipheriv('aes-256-ecb', kek, null).setAutoPadding(false);
  const key = Buffer.from(wrapped.subarray(8));
  const count = key.length / 8;
  const block = Buffer.alloc(16);
  block.set(wrapped.subarray(0, 8));
  for (let step = 6 * count; step > 0; step -= 1) {
    const at = ((step - 1) % count) * 8;
    // The step's number is XORed to the first half; below 2^32 for any length that a token can have.
    block.writeUInt32BE((block.readUInt32BE(4) ^ step) >>> 0, 4);
    key.copy(block, 8, at, at + 8);
    const plain = decipher.update(block);
    plain.copy(block, 0, 0, 8);
    plain.copy(key, at, 8, 16);
  }
  return equalBytes(block.subarray(0, 8), INITIAL_VALUE) ? key : undefined;
}
