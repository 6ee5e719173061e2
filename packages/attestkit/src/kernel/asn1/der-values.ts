import { isPrimitive, isUniversal, TAG, type Asn1 } from './der.js';

/** Octets of an INTEGER that is read as a number, of an object identifier, and of named bits. */
const MAX_INTEGER = 64;
const MAX_OID = 64;
const MAX_NAMED_BITS = 8;

/**
 * BOOLEAN: 00 is false, any other octet true (X.690 §8.2.2). DER has FF alone for true (§11.1), and devices write 01: it
 * occurs in signed bytes alone, and no reader takes it for anything else.
 */
export function readBoolean(element: Asn1 | undefined): boolean | undefined {
  if (!isPrimitive(element, TAG.boolean) || element.length !== 1) return undefined;
  return element.octet(0) !== 0;
}

/** INTEGER, in its shortest form (X.690 §8.3.2). */
export function readInteger(element: Asn1 | undefined): bigint | undefined {
  return isPrimitive(element, TAG.integer) ? toInteger(element) : undefined;
}

/** ENUMERATED, encoded like INTEGER (X.690 §8.4). */
export function readEnumerated(element: Asn1 | undefined): bigint | undefined {
  return isPrimitive(element, TAG.enumerated) ? toInteger(element) : undefined;
}

/** The content octets of an INTEGER of any size: a serial number. */
export function readIntegerBytes(element: Asn1 | undefined): Uint8Array | undefined {
  return isPrimitive(element, TAG.integer) && isShortest(element) ? element.content : undefined;
}

/** The octets of a positive INTEGER of any size without the one that only says that it is: a modulus. */
export function readPositive(element: Asn1 | undefined): Uint8Array | undefined {
  const octets = readIntegerBytes(element);
  const [first = 0x80, second] = octets ?? [];
  if (octets === undefined || first >= 0x80 || (first === 0 && second === undefined)) return undefined;
  return first === 0 ? octets.subarray(1) : octets;
}

/** OBJECT IDENTIFIER as dotted text (X.690 §8.19). */
export function readOid(element: Asn1 | undefined): string | undefined {
  if (!isPrimitive(element, TAG.objectIdentifier)) return undefined;
  const { length } = element;
  if (length === 0 || length > MAX_OID) return undefined;
  let text = '';
  let arc = 0;
  let begun = false;
  for (let index = 0; index < length; index += 1) {
    const octet = element.octet(index);
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
  if (element.encoding !== 'ber') return undefined;
  const pieces: Uint8Array[] = [];
  for (const piece of element.children() ?? [undefined]) {
    if (!isPrimitive(piece, TAG.octetString)) return undefined;
    pieces.push(piece.content);
  }
  return Buffer.concat(pieces);
}

/** BIT STRING of whole octets: a signature, a public key. */
export function readBitString(element: Asn1 | undefined): Uint8Array | undefined {
  if (!isPrimitive(element, TAG.bitString) || element.length === 0 || element.octet(0) !== 0)
    return undefined;
  return element.content.subarray(1);
}

/**
 * BIT STRING of named bits: the numbers of those that are set. Unused bits have to be zero (X.690 §11.2.1).
 */
export function readNamedBits(element: Asn1 | undefined): ReadonlySet<number> | undefined {
  if (!isPrimitive(element, TAG.bitString)) return undefined;
  const { content } = element;
  const [unused = 8] = content;
  if (unused > 7 || content.length > 1 + MAX_NAMED_BITS) return undefined;
  if (content.length === 1 ? unused > 0 : ((content.at(-1) as number) & ((1 << unused) - 1)) !== 0)
    return undefined;
  const set = new Set<number>();
  for (let bit = 0; bit < (content.length - 1) * 8; bit += 1) {
    if (((content[1 + (bit >> 3)] as number) & (0x80 >> (bit & 7))) !== 0) set.add(bit);
  }
  return set;
}

/** NULL, without content. */
export function isNull(element: Asn1 | undefined): boolean {
  return isPrimitive(element, TAG.null) && element.length === 0;
}

/** Not empty, and not led by an octet that only repeats the sign. */
function isShortest(element: Asn1): boolean {
  const { length } = element;
  if (length < 2) return length === 1;
  const first = element.octet(0);
  const second = element.octet(1);
  return !((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
}

/** Octets of a number that arithmetic without BigInt, which is far quicker, gets right. */
const MAX_QUICK = 6;

function toInteger(element: Asn1): bigint | undefined {
  const { length } = element;
  if (length > MAX_INTEGER || !isShortest(element)) return undefined;
  if (length > MAX_QUICK || element.octet(0) >= 0x80) {
    return BigInt.asIntN(length * 8, BigInt(`0x${Buffer.from(element.content).toString('hex')}`));
  }
  let number = 0;
  for (let index = 0; index < length; index += 1) number = number * 256 + element.octet(index);
  return BigInt(number);
}
