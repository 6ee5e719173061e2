import { decodeEither } from '../kernel/bytes/base64.js';

/** Bytes of an attestation, and of an assertion; real ones have about 6 KiB and 250 bytes. */
export const MAX_ATTESTATION = 16_384;
export const MAX_ASSERTION = 4096;

/**
 * Decodes base64 as Apple's code makes it, or base64url; undefined if it is neither, or too long.
 *
 * @param max bytes
 */
export function decodeAtMost(text: string, max: number): Uint8Array | undefined {
  if (text.length > Math.ceil(max / 3) * 4) return undefined;
  const bytes = decodeEither(text);
  return bytes === undefined || bytes.length > max ? undefined : bytes;
}
