const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Base64url without padding (RFC 4648 §5). */
export function base64url(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const digits = Math.min(bytes.length - at, 3) + 1;
    for (let digit = 0; digit < digits; digit += 1) text += DIGITS[(group >> (18 - 6 * digit)) & 0x3f];
  }
  return text;
}

/** Base64 in either alphabet as base64url without padding and white space. */
export function asBase64url(text: string): string {
  return text.replace(/[=\s]/g, '').replace(/\+/g, '-').replace(/\//g, '_');
}

/** Decodes base64 in either alphabet; undefined if a character is in neither. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const digits = [...asBase64url(text)].map((digit) => DIGITS.indexOf(digit));
  if (digits.includes(-1) || digits.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let [bits, value, at] = [0, 0, 0];
  for (const digit of digits) {
    value = ((value << 6) | digit) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = value >> bits;
  }
  return bytes;
}
