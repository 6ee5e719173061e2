/** No structure that is read here comes near: a certificate has about 1 KiB, a receipt 4 KiB. */
const MAX_SIZE = 65_536;

/** Elements of indefinite length that may be open at once. A CMS structure has six. */
const MAX_OPEN = 16;

/** Octets of a tag number above 30, and of a length. */
const MAX_TAG_OCTETS = 4;
const MAX_LENGTH_OCTETS = 4;

/** Classes of tags (X.690 §8.1.2.2). */
export const TAG_CLASS = { universal: 0, application: 1, context: 2, private: 3 } as const;

/** Universal tags (X.680 §8.6). */
export const TAG = {
  boolean: 1,
  integer: 2,
  bitString: 3,
  octetString: 4,
  null: 5,
  objectIdentifier: 6,
  enumerated: 10,
  utf8String: 12,
  sequence: 16,
  set: 17,
  printableString: 19,
  ia5String: 22,
  utcTime: 23,
  generalizedTime: 24,
  bmpString: 30,
} as const;

/**
 * The rules that bytes are read under, of an element and all that is inside:
 *
 * - `der`: one encoding only, of what nothing signs.
 * - `signed`: of what a signature covers, where the bytes are what counts. Lengths may be longer than needed, or
 *   indefinite, as makers of devices write them; both mean what they mean in DER.
 * - `ber`: also an OCTET STRING in pieces, as in CMS.
 */
export type Encoding = 'der' | 'signed' | 'ber';

/**
 * One element of ASN.1: its header has been read, its content has not. All of it refers to the bytes that were
 * read, without a copy.
 */
export class Asn1 {
  /** One of `TAG_CLASS`. */
  readonly tagClass: number;
  readonly constructed: boolean;
  /** The number of the tag, also if it takes several octets. */
  readonly tag: number;
  /** The rules that it is read under, and its children likewise. */
  readonly encoding: Encoding;
  readonly #source: Uint8Array;
  readonly #start: number;
  readonly #contentStart: number;
  readonly #contentEnd: number;
  readonly #end: number;

  constructor(
    source: Uint8Array,
    encoding: Encoding,
    tag: number,
    start: number,
    contentStart: number,
    contentEnd: number,
    end: number,
  ) {
    const identifier = source[start] as number;
    this.tagClass = identifier >> 6;
    this.constructed = (identifier & 0x20) !== 0;
    this.tag = tag;
    this.encoding = encoding;
    this.#source = source;
    this.#start = start;
    this.#contentStart = contentStart;
    this.#contentEnd = contentEnd;
    this.#end = end;
  }

  /** The whole element, header included. */
  get raw(): Uint8Array {
    return this.#source.subarray(this.#start, this.#end);
  }

  /** What stands between the header and the end; without the end-of-contents octets of an indefinite length. */
  get content(): Uint8Array {
    return this.#source.subarray(this.#contentStart, this.#contentEnd);
  }

  /** How many octets the content has. */
  get length(): number {
    return this.#contentEnd - this.#contentStart;
  }

  /** One octet of the content, for short values: a view of the bytes costs more than reading them. */
  octet(index: number): number {
    return this.#source[this.#contentStart + index] as number;
  }

  /** Whether another one is the same, header included, octet by octet. */
  equals(other: Asn1): boolean {
    const length = this.#end - this.#start;
    if (length !== other.#end - other.#start) return false;
    for (let index = 0; index < length; index += 1)
      if (this.#source[this.#start + index] !== other.#source[other.#start + index]) return false;
    return true;
  }

  /** The elements that it is constructed of, or undefined if it is primitive or one of them cannot be read. */
  children(): readonly Asn1[] | undefined {
    if (!this.constructed) return undefined;
    const children: Asn1[] = [];
    for (let at = this.#contentStart; at < this.#contentEnd;) {
      const child = readElement(this.#source, at, this.#contentEnd, this.encoding, 0);
      if (child === undefined) return undefined;
      children.push(child);
      at = child.end;
    }
    return children;
  }

  /** The element that it is constructed of, or undefined if there is not exactly one. */
  onlyChild(): Asn1 | undefined {
    if (!this.constructed) return undefined;
    const child = readElement(this.#source, this.#contentStart, this.#contentEnd, this.encoding, 0);
    return child?.end === this.#contentEnd ? child : undefined;
  }

  /** The offset behind it in the bytes that were read. */
  get end(): number {
    return this.#end;
  }
}

/**
 * Reads bytes as exactly one element in DER (X.690 §10), at most 64 KiB: definite lengths in their shortest form,
 * tag numbers in their shortest form, nothing after the element. Its content is read on demand, one
 * level at a time and under the same rules, so that no depth of nesting can cost anything.
 */
export function readDer(bytes: Uint8Array): Asn1 | undefined {
  return readWhole(bytes, 'der');
}

/**
 * The same of bytes that a signature covers, whatever lengths they were written with (X.690 §8.1.3). Not for bytes that
 * anyone may write anew: there one encoding has to be the only one.
 */
export function readSigned(bytes: Uint8Array): Asn1 | undefined {
  return readWhole(bytes, 'signed');
}

/**
 * The same in BER (X.690 §8), as CMS may be encoded (RFC 5652 §10.1): lengths may be indefinite or longer than
 * needed, and an OCTET STRING may be constructed of pieces.
 */
export function readBer(bytes: Uint8Array): Asn1 | undefined {
  return readWhole(bytes, 'ber');
}

/** The children of a SEQUENCE. */
export function readSequence(element: Asn1 | undefined): readonly Asn1[] | undefined {
  return isUniversal(element, TAG.sequence) ? element.children() : undefined;
}

/** The children of a SET, in the order they have. */
export function readSet(element: Asn1 | undefined): readonly Asn1[] | undefined {
  return isUniversal(element, TAG.set) ? element.children() : undefined;
}

/** The one element inside an EXPLICIT tag of the context class. */
export function readExplicit(element: Asn1 | undefined, tag: number): Asn1 | undefined {
  return isContext(element, tag) ? element.onlyChild() : undefined;
}

export function isUniversal(element: Asn1 | undefined, tag: number): element is Asn1 {
  return element?.tagClass === TAG_CLASS.universal && element.tag === tag;
}

export function isPrimitive(element: Asn1 | undefined, tag: number): element is Asn1 {
  return isUniversal(element, tag) && !element.constructed;
}

export function isContext(element: Asn1 | undefined, tag: number): element is Asn1 {
  return element?.tagClass === TAG_CLASS.context && element.tag === tag;
}

function readWhole(bytes: Uint8Array, encoding: Encoding): Asn1 | undefined {
  if (bytes.length > MAX_SIZE) return undefined;
  const element = readElement(bytes, 0, bytes.length, encoding, 0);
  return element?.end === bytes.length ? element : undefined;
}

/** @param open how many elements of indefinite length stand around it, if it is only passed over to find their end */
function readElement(
  source: Uint8Array,
  start: number,
  limit: number,
  encoding: Encoding,
  open: number,
): Asn1 | undefined {
  if (limit - start < 2) return undefined;
  const identifier = source[start] as number;
  // End-of-contents octets if no indefinite length is open.
  if (identifier === 0) return undefined;
  let at = start + 1;
  let tag = identifier & 0x1f;
  if (tag === 0x1f) {
    tag = 0;
    let octet = 0;
    do {
      if (at >= limit || at - start > MAX_TAG_OCTETS) return undefined;
      octet = source[at] as number;
      at += 1;
      if (tag === 0 && octet === 0x80) return undefined;
      tag = tag * 128 + (octet & 0x7f);
    } while (octet >= 0x80);
    if (tag < 0x1f || at >= limit) return undefined;
  }
  let length = source[at] as number;
  at += 1;
  if (length === 0x80) {
    if (encoding === 'der' || (identifier & 0x20) === 0) return undefined;
    const end = endOfContents(source, at, limit, encoding, open + 1);
    return end === undefined ? undefined : new Asn1(source, encoding, tag, start, at, end - 2, end);
  }
  if (length > 0x80) {
    const octets = length & 0x7f;
    if (octets > MAX_LENGTH_OCTETS || octets > limit - at) return undefined;
    length = 0;
    for (const end = at + octets; at < end; at += 1) length = length * 256 + (source[at] as number);
    const shortest = length >= 0x80 && length >= 256 ** (octets - 1);
    if (encoding === 'der' && !shortest) return undefined;
  }
  const end = at + length;
  return end > limit ? undefined : new Asn1(source, encoding, tag, start, at, end, end);
}

/** The offset behind the end-of-contents octets that close an indefinite length whose content begins at `from`. */
function endOfContents(
  source: Uint8Array,
  from: number,
  limit: number,
  encoding: Encoding,
  open: number,
): number | undefined {
  if (open > MAX_OPEN) return undefined;
  for (let at = from; limit - at >= 2;) {
    if (source[at] === 0 && source[at + 1] === 0) return at + 2;
    const element = readElement(source, at, limit, encoding, open);
    if (element === undefined) return undefined;
    at = element.end;
  }
  return undefined;
}
