// Why this exists: `Buffer.from` reads nearly anything as base64. Of the forms in RFC 4648, a client may send two.

/** The bytes of base64 with padding or of base64url without; undefined for any other way to write them, or for nothing. */
export function readBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return text !== '' && [bytes.toString('base64'), bytes.toString('base64url')].includes(text)
    ? bytes
    : undefined;
}
