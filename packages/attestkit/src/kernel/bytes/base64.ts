/** Anything but the alphabet of base64url: padding, white space, `+` and `/`. */
const FOREIGN = /[^A-Za-z0-9_-]/;

/** Last characters whose unused bits are zero, after 2 and 3 characters of a group (RFC 4648 §3.5). */
const LAST_OF_TWO = 'AQgw';
const LAST_OF_THREE = 'AEIMQUYcgkosw048';

/**
 * Whether a text is canonical base64url (RFC 4648 §5) as RFC 7515 §2 uses it: no padding, no foreign characters, no
 * white space, and the unused trailing bits zero. Of all texts that decode to the same bytes exactly one is.
 */
export function isBase64url(text: string): boolean {
  if (FOREIGN.test(text)) return false;
  const last = text.charAt(text.length - 1);
  switch (text.length % 4) {
    case 0:
      return true;
    case 2:
      return LAST_OF_TWO.includes(last);
    case 3:
      return LAST_OF_THREE.includes(last);
    default:
      return false;
  }
}

/** Decodes canonical base64url, or gives undefined: the bytes have one text only, to which they are made again. */
export function decodeBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}

/** Decodes base64 (RFC 4648 §4), padded, with the same strictness. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/**
 * Decodes base64 with padding, or base64url without: what platforms write, and what their clients make of it. Both in
 * their one canonical form; a text that is both is the same bytes in both.
 */
export function decodeEither(text: string): Buffer | undefined {
  return decodeBase64(text) ?? decodeBase64url(text);
}
