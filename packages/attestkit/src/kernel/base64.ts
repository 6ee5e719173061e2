/**
 * Decodes base64url (RFC 4648 §5) as RFC 7515 §2 uses it: no padding, no foreign characters, no white space, and
 * the unused trailing bits zero. The one text that encodes the bytes, or nothing.
 */
export function decodeBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}

/** Decodes base64 (RFC 4648 §4), padded, with the same strictness. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}
