import { readDer, readSequence, readSet } from '../kernel/der.js';
import { readOid } from '../kernel/der-values.js';

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

/** The attributes of a name in their order; what cannot be read is left out. */
export function readAttributes(name: Uint8Array): readonly Attribute[] {
  const attributes: Attribute[] = [];
  for (const set of readSequence(readDer(name)) ?? []) {
    for (const pair of readSet(set) ?? []) {
      const [type, value] = readSequence(pair) ?? [];
      const oid = readOid(type);
      if (oid === undefined || value === undefined || value.constructed) continue;
      const { buffer, byteOffset, length } = value.content;
      attributes.push({ oid, value: Buffer.from(buffer, byteOffset, length).toString('utf8') });
    }
  }
  return attributes;
}

/** The name for people: `2.5.4.3=Droid CA2, 2.5.4.10=Google LLC`. */
export function describeName(name: Uint8Array): string {
  return readAttributes(name)
    .map(({ oid, value }) => `${oid}=${value}`)
    .join(', ');
}
