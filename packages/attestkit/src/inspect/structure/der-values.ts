import { nameOfOid } from './oids.js';
import { cut, hexOf, readableIn, textOf, type Draft } from './sheet.js';

/** What an element of ASN.1 begins with (X.690 §8.1). */
export interface Head {
  /** 0 universal, 1 application, 2 context, 3 private. */
  readonly tagClass: number;
  readonly constructed: boolean;
  readonly tag: number;
  /** Bytes of the header. */
  readonly size: number;
  /** Of the content; undefined if it is indefinite. */
  readonly length: number | undefined;
}

/** Universal tags (X.680 §8.6). */
export const UNIVERSAL: Readonly<Record<number, string>> = {
  0: 'end of contents',
  1: 'BOOLEAN',
  2: 'INTEGER',
  3: 'BIT STRING',
  4: 'OCTET STRING',
  5: 'NULL',
  6: 'OBJECT IDENTIFIER',
  9: 'REAL',
  10: 'ENUMERATED',
  12: 'UTF8String',
  13: 'RELATIVE-OID',
  16: 'SEQUENCE',
  17: 'SET',
  18: 'NumericString',
  19: 'PrintableString',
  20: 'T61String',
  22: 'IA5String',
  23: 'UTCTime',
  24: 'GeneralizedTime',
  26: 'VisibleString',
  27: 'GeneralString',
  28: 'UniversalString',
  30: 'BMPString',
};

const CLASSES = ['UNIVERSAL ', 'APPLICATION ', '', 'PRIVATE '] as const;

/** `SEQUENCE`, `[0]`, `[APPLICATION 3]`, `SET, indefinite length`. */
export function typeOf({ tagClass, tag, constructed, length }: Head): string {
  const universal = tagClass === 0 ? UNIVERSAL[tag] : undefined;
  const name = universal ?? `[${CLASSES[tagClass] ?? ''}${tag}]`;
  return constructed && length === undefined ? `${name}, indefinite length` : name;
}

/** Bytes of a number that is written in decimal digits. */
const MOST_DECIMAL = 8;

/** Bytes of an object identifier. */
const MOST_OID = 64;

/** Says what a primitive element has as content. */
export function describeValue(node: Draft, { tagClass, tag }: Head, content: Buffer): void {
  const [value, meaning] = tagClass === 0 ? universalValue(tag, content) : bytesValue(content);
  node.value = value;
  node.meaning = meaning;
}

type Described = readonly [value: string | undefined, meaning: string | undefined];

function universalValue(tag: number, content: Buffer): Described {
  switch (tag) {
    case 0:
    case 5:
      return content.length === 0 ? [undefined, undefined] : bytesValue(content);
    case 1:
      return [content.length === 1 ? String(content[0] !== 0) : hexOf(content), undefined];
    case 2:
    case 10:
      return [numberIn(content), undefined];
    case 3:
      return bitsValue(content);
    case 6: {
      const oid = oidIn(content);
      return [oid ?? hexOf(content), oid === undefined ? 'unreadable' : nameOfOid(oid)];
    }
    case 12:
      return [textOf(content), undefined];
    case 18:
    case 19:
    case 20:
    case 22:
    case 26:
    case 27:
      return [textOf(content, 'latin1'), undefined];
    case 23:
    case 24:
      return [textOf(content, 'latin1'), isoOf(content.subarray(0, 32).toString('latin1'), tag === 23)];
    case 30:
      return [bmpIn(content), undefined];
    default:
      return bytesValue(content);
  }
}

/** Hexadecimal; and readable text beside it. */
function bytesValue(content: Buffer): Described {
  return [hexOf(content), readableIn(content)];
}

function bitsValue(content: Buffer): Described {
  const [unused = 0] = content;
  return [hexOf(content.subarray(1)), unused === 0 ? undefined : `${unused} unused bits`];
}

/** Decimal if it is short; a serial number in hexadecimal. */
function numberIn(content: Buffer): string {
  if (content.length === 0) return '';
  if (content.length > MOST_DECIMAL) return hexOf(content);
  return BigInt.asIntN(content.length * 8, BigInt(`0x${content.toString('hex')}`)).toString();
}

/** In dotted text; undefined if it cannot be read. */
function oidIn(content: Buffer): string | undefined {
  if (content.length === 0 || content.length > MOST_OID) return undefined;
  const arcs: bigint[] = [];
  let arc = 0n;
  for (const octet of content) {
    arc = (arc << 7n) | BigInt(octet & 0x7f);
    if (octet >= 0x80) continue;
    if (arcs.length === 0) {
      const root = arc < 40n ? 0n : arc < 80n ? 1n : 2n;
      arcs.push(root, arc - root * 40n);
    } else arcs.push(arc);
    arc = 0n;
  }
  return (content.at(-1) as number) >= 0x80 ? undefined : cut(arcs.join('.'));
}

const TIME = /^(\d\d|\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:\.(\d{1,9}))?Z$/;

/** ISO 8601; undefined for a time that cannot be read, or is in no known zone. */
function isoOf(text: string, isShort: boolean): string | undefined {
  const [, year = '', month, day, hour, minute, second = '00', fraction = '0'] = TIME.exec(text) ?? [];
  if (year.length !== (isShort ? 2 : 4)) return undefined;
  // Two digits mean 1950 to 2049 (RFC 5280 §4.1.2.5.1).
  const century = isShort ? (Number(year) < 50 ? '20' : '19') : '';
  const date = new Date(
    `${century}${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3)}Z`,
  );
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** UTF-16, the high octet first. */
function bmpIn(content: Buffer): string {
  const shown = Buffer.from(content.subarray(0, Math.min(content.length & ~1, 1024)));
  return cut(shown.swap16().toString('utf16le'));
}
