import { decodeEither } from '../kernel/bytes/base64.js';

/** Decodes base64 or base64url; undefined if it is neither, or empty. */
export function decodeFilled(text: string): Uint8Array | undefined {
  return text === '' ? undefined : decodeEither(text);
}

/** Characters of bytes in base64, at most. */
export function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}
