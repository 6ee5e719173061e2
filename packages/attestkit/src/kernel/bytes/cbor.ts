import { isUtf8 } from 'node:buffer';

/** What an attestation, an assertion or a COSE key can be made of (RFC 8949 §3). */
export type CborValue = number | string | boolean | null | Uint8Array | readonly CborValue[] | CborMap;

export type CborMap = ReadonlyMap<string | number, CborValue>;

/** An item, and the offset behind it. */
export interface CborItem {
  readonly value: CborValue;
  readonly end: number;
}

/** No item that is read here comes near: an attestation has 6 KiB, a depth of 3 and some 20 items. */
const MAX_SIZE = 65_536;
const MAX_DEPTH = 8;
const MAX_ITEMS = 1024;

/**
 * Reads bytes as exactly one item of CBOR, or gives undefined. Strict, so that no two readers can see different
 * things in the same bytes: lengths and integers in their shortest form, nothing of indefinite length, text in
 * UTF-8, keys text or integers and none twice, nothing behind the item (RFC 8949 §4.2.1, §5.6). Tags, floating
 * point numbers and integers beyond 2^53 - 1 are refused. Byte strings refer to the bytes that were read.
 */
export function readCbor(bytes: Uint8Array): CborValue | undefined {
  const item = readCborItem(bytes, 0);
  return item?.end === bytes.length ? item.value : undefined;
}

/** Reads one item that begins at the offset; anything may follow it. */
export function readCborItem(bytes: Uint8Array, offset: number): CborItem | undefined {
  return readItem(bytes, offset, false);
}

/**
 * The same of bytes that a signature covers, for members that no caller asks for: what is refused elsewhere because no
 * caller needs it (tags, floating point numbers, other simple values, integers beyond 2^53 - 1) is passed over and reads as
 * null. Forms of which one thing has several, and keys that are there twice, are refused as everywhere.
 */
export function readSignedCborItem(bytes: Uint8Array, offset: number): CborItem | undefined {
  return readItem(bytes, offset, true);
}

function readItem(bytes: Uint8Array, offset: number, isOpen: boolean): CborItem | undefined {
  if (bytes.length > MAX_SIZE) return undefined;
  const reader = new Reader(bytes, offset, isOpen);
  const value = reader.read(0);
  return value === undefined ? undefined : { value, end: reader.at };
}

export function isCborMap(value: CborValue | undefined): value is CborMap {
  return value instanceof Map;
}

/** Whether it is a map with nothing but text for keys. */
export function isTextMap(value: CborValue | undefined): value is ReadonlyMap<string, CborValue> {
  if (!isCborMap(value)) return false;
  for (const key of value.keys()) if (typeof key !== 'string') return false;
  return true;
}

class Reader {
  at: number;
  readonly #bytes: Buffer;
  /** Whether kinds of items that no caller needs are passed over. */
  readonly #isOpen: boolean;
  #items = 0;

  constructor(bytes: Uint8Array, at: number, isOpen: boolean) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.at = at;
    this.#isOpen = isOpen;
  }

  /** The next item, or undefined if it cannot be read; nothing can be read after that. */
  read(depth: number): CborValue | undefined {
    this.#items += 1;
    if (depth > MAX_DEPTH || this.#items > MAX_ITEMS) return undefined;
    const initial = this.#bytes[this.at];
    if (initial === undefined) return undefined;
    if (initial >= 0xe0) return this.#simple(initial);
    const argument = this.#argument(initial & 0x1f);
    if (argument === undefined) return undefined;
    if (argument > Number.MAX_SAFE_INTEGER) return this.#isOpen && initial < 0x40 ? null : undefined;
    switch (initial >> 5) {
      case 0:
        return argument;
      case 1:
        if (argument === Number.MAX_SAFE_INTEGER) return this.#isOpen ? null : undefined;
        return -1 - argument;
      case 2:
        return this.#string(argument);
      case 3:
        return this.#text(argument);
      case 4:
        return this.#array(argument, depth);
      case 5:
        return this.#map(argument, depth);
      default:
        // A tag: what it makes of the item behind it is not known here.
        return this.#isOpen && this.read(depth + 1) !== undefined ? null : undefined;
    }
  }

  /** False, true and null (RFC 8949 §3.3). */
  #simple(initial: number): boolean | null | undefined {
    this.at += 1;
    if (initial === 0xf4) return false;
    if (initial === 0xf5) return true;
    if (initial === 0xf6) return null;
    return this.#isOpen ? this.#passOver(initial & 0x1f) : undefined;
  }

  /** Another simple value, of one octet or two, or a number of two, four or eight (RFC 8949 §3.3). */
  #passOver(info: number): null | undefined {
    if (info > 27) return undefined;
    const octets = info < 24 ? 0 : 1 << (info - 24);
    // In two octets are those alone that one does not do for.
    if (info === 24 && (this.#bytes[this.at] ?? 0) < 32) return undefined;
    this.at += octets;
    return this.at > this.#bytes.length ? undefined : null;
  }

  /** The integer in the item's head, in its shortest form; beyond 2^53 - 1 it is rounded. */
  #argument(info: number): number | undefined {
    this.at += 1;
    if (info < 24) return info;
    if (info > 27) return undefined;
    const octets = 1 << (info - 24);
    const end = this.at + octets;
    if (end > this.#bytes.length) return undefined;
    let argument = 0;
    for (; this.at < end; this.at += 1) argument = argument * 256 + (this.#bytes[this.at] as number);
    const least = octets === 1 ? 24 : 256 ** (octets / 2);
    return argument >= least ? argument : undefined;
  }

  #string(length: number): Buffer | undefined {
    const end = this.at + length;
    if (end > this.#bytes.length) return undefined;
    const octets = this.#bytes.subarray(this.at, end);
    this.at = end;
    return octets;
  }

  #text(length: number): string | undefined {
    const octets = this.#string(length);
    return octets !== undefined && isUtf8(octets) ? octets.toString('utf8') : undefined;
  }

  #array(length: number, depth: number): readonly CborValue[] | undefined {
    const values: CborValue[] = [];
    for (let index = 0; index < length; index += 1) {
      const value = this.read(depth + 1);
      if (value === undefined) return undefined;
      values.push(value);
    }
    return values;
  }

  #map(length: number, depth: number): CborMap | undefined {
    const members = new Map<string | number, CborValue>();
    for (let index = 0; index < length; index += 1) {
      const key = this.read(depth + 1);
      if ((typeof key !== 'string' && typeof key !== 'number') || members.has(key)) return undefined;
      const value = this.read(depth + 1);
      if (value === undefined) return undefined;
      members.set(key, value);
    }
    return members;
  }
}
