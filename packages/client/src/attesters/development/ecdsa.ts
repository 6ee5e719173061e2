import { sha256 } from '../../bytes/sha256.js';
import { inverseOf, mod, N, timesBase } from './p256.js';

/** Bytes of a number below the order, and of a SHA-256. */
const SIZE = 32;
const BLOCK = 64;

/** The private key of 32 bytes, from 1 to the order less 1; undefined for other bytes. */
export function privateKeyOf(bytes: Uint8Array): bigint | undefined {
  const key = bytes.length === SIZE ? numberOf(bytes) : 0n;
  return key > 0n && key < N ? key : undefined;
}

/** The two coordinates of the public key, side by side: 64 bytes. */
export function publicKeyOf(key: bigint): Uint8Array {
  const { x, y } = timesBase(key);
  return joined(bytesOf(x), bytesOf(y));
}

/** Signs with ECDSA and SHA-256: `r` and `s` side by side (RFC 7518 §3.4), the same for the same text (RFC 6979). */
export function signES256(text: Uint8Array, key: bigint): Uint8Array {
  const hash = numberOf(sha256(text));
  for (const nonce of noncesOf(hash, key)) {
    const r = mod(timesBase(nonce).x, N);
    const s = mod(inverseOf(nonce, N) * (hash + r * key), N);
    if (r !== 0n && s !== 0n) return joined(bytesOf(r), bytesOf(s));
  }
  throw new Error('there is always another nonce');
}

/** Nonces without a source of randomness (RFC 6979 §3.2). The order has as many bits as the hash, so nothing is cut off. */
function* noncesOf(hash: bigint, key: bigint): Generator<bigint> {
  const seed = joined(bytesOf(key), bytesOf(mod(hash, N)));
  let v: Uint8Array = new Uint8Array(SIZE).fill(1);
  let k: Uint8Array = new Uint8Array(SIZE);
  for (const round of [0, 1]) {
    k = hmac(k, joined(v, Uint8Array.of(round), seed));
    v = hmac(k, v);
  }
  for (;;) {
    v = hmac(k, v);
    const nonce = numberOf(v);
    if (nonce > 0n && nonce < N) yield nonce;
    k = hmac(k, joined(v, Uint8Array.of(0)));
    v = hmac(k, v);
  }
}

/** HMAC (RFC 2104) with SHA-256. @param key at most 64 bytes */
function hmac(key: Uint8Array, text: Uint8Array): Uint8Array {
  const pad = (octet: number): Uint8Array =>
    Uint8Array.from({ length: BLOCK }, (_, at) => (key[at] ?? 0) ^ octet);
  return sha256(joined(pad(0x5c), sha256(joined(pad(0x36), text))));
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function numberOf(bytes: Uint8Array): bigint {
  let number = 0n;
  for (const byte of bytes) number = (number << 8n) | BigInt(byte);
  return number;
}

function bytesOf(number: bigint): Uint8Array {
  return Uint8Array.from({ length: SIZE }, (_, at) =>
    Number((number >> BigInt(8 * (SIZE - 1 - at))) & 0xffn),
  );
}
