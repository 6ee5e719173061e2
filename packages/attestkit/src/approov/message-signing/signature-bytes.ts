import { readPositive } from '../../kernel/asn1/der-values.js';
import { readDer, readSequence } from '../../kernel/asn1/der.js';

/** Bytes of `r`, of `s`, and of a MAC with SHA-256. */
const SIZE = 32;

/**
 * A signature as RFC 9421 §3.3 has it: the MAC, or `r` and `s` side by side; undefined if it has another length. The SDK of React
 * Native before 3.5.11 sends the two numbers in DER, as the phones' own APIs give them.
 */
export function rawSignature(
  algorithm: 'ecdsa-p256-sha256' | 'hmac-sha256',
  bytes: Uint8Array,
): Uint8Array | undefined {
  if (algorithm === 'hmac-sha256') return bytes.length === SIZE ? bytes : undefined;
  return bytes.length === 2 * SIZE ? bytes : sideBySide(bytes);
}

function sideBySide(der: Uint8Array): Uint8Array | undefined {
  const numbers = readSequence(readDer(der))?.map(readPositive) ?? [];
  if (numbers.length !== 2) return undefined;
  const raw = Buffer.alloc(2 * SIZE);
  for (const [index, number] of numbers.entries()) {
    if (number === undefined || number.length > SIZE) return undefined;
    raw.set(number, (index + 1) * SIZE - number.length);
  }
  return raw;
}
