/** The bytes of a text in UTF-8; a half of a pair of surrogates becomes U+FFFD. */
export function utf8(text: string): Uint8Array {
  // With the flag `u`, this class has the halves alone. `%C3` is a byte, and so is any other character.
  const encoded = encodeURIComponent(text.replace(/[\ud800-\udfff]/gu, '\ufffd'));
  return Uint8Array.from(encoded.match(/%..|./g) ?? [], (byte) =>
    byte.length === 1 ? byte.charCodeAt(0) : Number(`0x${byte.slice(1)}`),
  );
}
