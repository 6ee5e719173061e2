import { readTimeText } from './asn1-time.js';
import { isUniversal, TAG, type Asn1 } from './der.js';

/** Octets of an INTEGER that is read as a number, of an object identifier, and of named bits. */
const MAX_INTEGER = 64;
const MAX_OID = 64;
const MAX_NAMED_BITS = 8;

/** BOOLEAN in DER: 00 or FF (X.690 §11.1). */
export function readBoolean(element: Asn1 | undefined): boolean | undefined {
  const content = primitive(element, TAG.boolean);
  if (content?.length !== 1) return undefined;
  return content[0] === 0 ? false : content[0] === 0xff ? true : undefined;
}

/** INTEGER, in its shortest form (X.690 §8.3.2). */
export function readInteger(element: Asn1 | undefined): bigint | undefined {
  return toInteger(primitive(element, TAG.integer));
}

/** ENUMERATED, encoded like INTEGER (X.690 §8.4). */
export function readEnumerated(element: Asn1 | undefined): bigint | undefined {
  return toInteger(primitive(element, TAG.enumerated));
}

/** The content octets of an INTEGER of any size: a serial number. */
export function readIntegerBytes(element: Asn1 | undefined): Uint8Array | undefined {
  const content = primitive(element, TAG.integer);
  return content !== undefined && isShortest(content) ? content : undefined;
}

/** OBJECT IDENTIFIER as dotted text (X.690 §8.19). */
export function readOid(element: Asn1 | undefined): string | undefined {
  const content = primitive(element, TAG.objectIdentifier);
  if (content === undefined || content.length === 0 || content.length > MAX_OID) return undefined;
  let text = '';
  let arc = 0;
  let begun = false;
  for (const octet of content) {
    if (!begun && octet === 0x80) return undefined;
    begun = octet >= 0x80;
    arc = arc * 128 + (octet & 0x7f);
    if (arc > Number.MAX_SAFE_INTEGER) return undefined;
    if (begun) continue;
    if (text === '') {
      const root = Math.min(2, Math.floor(arc / 40));
      text = `${root}.${arc - root * 40}`;
    } else {
      text += `.${arc}`;
    }
    arc = 0;
  }
  return begun ? undefined : text;
}

/** OCTET STRING; in BER also one that is constructed of primitive pieces, joined. */
export function readOctets(element: Asn1 | undefined): Uint8Array | undefined {
  if (!isUniversal(element, TAG.octetString)) return undefined;
  if (!element.constructed) return element.content;
  if (!element.ber) return undefined;
  const pieces: Uint8Array[] = [];
  for (const piece of element.children() ?? [undefined]) {
    const content = primitive(piece, TAG.octetString);
    if (content === undefined) return undefined;
    pieces.push(content);
  }
  return Buffer.concat(pieces);
}

/** BIT STRING of whole octets: a signature, a public key. */
export function readBitString(element: Asn1 | undefined): Uint8Array | undefined {
  const content = primitive(element, TAG.bitString);
  return content?.[0] === 0 ? content.subarray(1) : undefined;
}

/**
 * BIT STRING of named bits: the numbers of those that are set. Unused bits have to be zero (X.690 §11.2.1).
 */
export function readNamedBits(element: Asn1 | undefined): ReadonlySet<number> | undefined {
  const content = primitive(element, TAG.bitString);
  const unused = content?.[0];
  if (content === undefined || unused === undefined || unused > 7) return undefined;
  if (content.length > 1 + MAX_NAMED_BITS) return undefined;
  if (content.length === 1 ? unused > 0 : ((content.at(-1) as number) & ((1 << unused) - 1)) !== 0)
    return undefined;
  const set = new Set<number>();
  for (let bit = 0; bit < (content.length - 1) * 8; bit += 1) {
    if (((content[1 + (bit >> 3)] as number) & (0x80 >> (bit & 7))) !== 0) set.add(bit);
  }
  return set;
}

/** UTCTime or GeneralizedTime as RFC 5280 §4.1.2.5 has them: to the second, in UTC. Milliseconds since the epoch. */
export function readTime(element: Asn1 | undefined): number | undefined {
  const short = primitive(element, TAG.utcTime);
  if (short !== undefined) return short.length === 13 ? readTimeText(latin1(short)) : undefined;
  const long = primitive(element, TAG.generalizedTime);
  return long?.length === 15 ? readTimeText(latin1(long)) : undefined;
}

/** NULL, without content. */
export function isNull(element: Asn1 | undefined): boolean {
  return primitive(element, TAG.null)?.length === 0;
}

function primitive(element: Asn1 | undefined, tag: number): Uint8Array | undefined {
  return isUniversal(element, tag) && !element.constructed ? element.content : undefined;
}

/** Not empty, and not led by an octet that only repeats the sign. */
function isShortest(content: Uint8Array): boolean {
  const [first, second] = content;
  if (first === undefined) return false;
  if (second === undefined) return true;
  return !((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
}

function toInteger(content: Uint8Array | undefined): bigint | undefined {
  if (content === undefined || content.length > MAX_INTEGER || !isShortest(content)) return undefined;
  const bits = content.length * 8;
  return BigInt.asIntN(bits, BigInt(`0x${Buffer.from(content).toString('hex')}`));
}

function latin1(octets: Uint8Array): string {
  return Buffer.from(octets).toString('latin1');
}
