import { decodeBase64, decodeBase64url } from '../kernel/base64.js';

/**
 * Decodes base64 with padding, or base64url without (RFC 4648 §4, §5), both in their one canonical form; undefined where
 * it is neither, or empty.
 */
export function decodeEither(text: string): Uint8Array | undefined {
  return text === '' ? undefined : (decodeBase64(text) ?? decodeBase64url(text));
}

/** Characters of bytes in base64, at most. */
export function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}
