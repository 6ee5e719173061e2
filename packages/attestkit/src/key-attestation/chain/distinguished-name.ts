import { isPrimitive, readSequence, readSet, readSigned, TAG, type Asn1 } from '../../kernel/asn1/der.js';
import { readOid } from '../../kernel/asn1/der-values.js';

/** One attribute of a name. */
export interface Attribute {
  /** Dotted: `2.5.4.3`. */
  readonly oid: string;
  readonly value: string;
}

/** Types of attributes (RFC 5280 appendix A.1). */
export const ATTRIBUTE = {
  commonName: '2.5.4.3',
  serialNumber: '2.5.4.5',
  organization: '2.5.4.10',
} as const;

/** The attributes of a name in their order; unreadable ones are left out. */
export function readAttributes(name: Uint8Array): readonly Attribute[] {
  const attributes: Attribute[] = [];
  for (const set of readSequence(readSigned(name)) ?? []) {
    for (const pair of readSet(set) ?? []) {
      const [type, value] = readSequence(pair) ?? [];
      const oid = readOid(type);
      if (oid === undefined || value === undefined || value.constructed) continue;
      attributes.push({ oid, value: textOf(value) });
    }
  }
  return attributes;
}

/** Every type of string but one is ASCII or UTF-8 where anybody writes it. */
function textOf(value: Asn1): string {
  const { buffer, byteOffset, length } = value.content;
  const octets = Buffer.from(buffer, byteOffset, length);
  // BMPString: two octets for each character, the higher one first.
  if (!isPrimitive(value, TAG.bmpString) || length % 2 !== 0) return octets.toString('utf8');
  return Buffer.from(octets).swap16().toString('utf16le');
}

/** The name for people: `2.5.4.3=Droid CA2, 2.5.4.10=Google LLC`. */
export function describeName(name: Uint8Array): string {
  return readAttributes(name)
    .map(({ oid, value }) => `${oid}=${value}`)
    .join(', ');
}
