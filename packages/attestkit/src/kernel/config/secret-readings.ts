import { createHash } from 'node:crypto';

/** Fewer bytes are not looked at: they cannot be a secret. */
const MINIMUM = 16;

/** How often a text may have been encoded: hexadecimal digits of a text in base64, for example. */
const DEPTH = 3;

const HEXADECIMAL = /^(?:[0-9A-Fa-f]{2})+$/;
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;
const BASE32 = /^(?:[A-Z2-7]+|[a-z2-7]+)=*$/;
const UUIDS = /[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}/g;

/**
 * All that a secret may stand for: its bytes; and if they are text, what that text encodes, in hexadecimal, base64,
 * base64url or base32, with or without padding. Two secrets are the same if one reading of them is.
 */
export function readingsOf(secret: Buffer, depth = DEPTH): readonly Buffer[] {
  const text = depth === 0 ? undefined : textOf(secret);
  if (text === undefined) return [secret];
  const decoded = decodings(text).filter(({ length }) => length >= MINIMUM);
  return [secret, ...decoded.flatMap((each) => readingsOf(each, depth - 1))];
}

/** SHA-256, base64url, of each reading: to compare secrets without handing them around. */
export function secretDigests(secret: Buffer): readonly string[] {
  return readingsOf(secret).map((each) => createHash('sha256').update(each).digest('base64url'));
}

/** Bytes as the text that they are: UTF-8 without control characters, but for a line break at its end. */
export function textOf(bytes: Buffer): string | undefined {
  let { length } = bytes;
  while (length > 0 && (bytes[length - 1] === 10 || bytes[length - 1] === 13)) length -= 1;
  let isAscii = true;
  for (let at = 0; at < length; at += 1) {
    const byte = bytes[at] as number;
    if ((byte < 32 && byte !== 9) || byte === 127) return undefined;
    if (byte > 127) isAscii = false;
  }
  const own = bytes.subarray(0, length);
  if (isAscii) return own.toString('latin1');
  const text = own.toString('utf8');
  return Buffer.from(text, 'utf8').equals(own) ? text : undefined;
}

/** UUIDs without their hyphens, which are not random. */
export function withoutHyphens(text: string): string {
  return text.includes('-') ? text.replaceAll(UUIDS, (uuid) => uuid.replaceAll('-', '')) : text;
}

function decodings(text: string): readonly Buffer[] {
  const digits = withoutHyphens(text);
  return [
    ...(HEXADECIMAL.test(digits) ? [Buffer.from(digits, 'hex')] : []),
    ...(BASE64.test(text) ? [Buffer.from(text, 'base64')] : []),
    ...(BASE32.test(text) ? [decodeBase32(text)] : []),
  ];
}

/** RFC 4648 §6; bits that are left over are dropped. */
function decodeBase32(text: string): Buffer {
  const bytes: number[] = [];
  let [value, bits] = [0, 0];
  for (const each of text.toUpperCase().replace(/=+$/, '')) {
    const code = each.charCodeAt(0);
    value = (value << 5) | (code < 65 ? code - 24 : code - 65);
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push(value >> bits);
    value &= (1 << bits) - 1;
  }
  return Buffer.from(bytes);
}
