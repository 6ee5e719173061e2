import { encodeCbor, map, type CborMap, type CborValue, type Encoded } from '../../encode/cbor.js';

/** Faults that any map in CBOR can have. Each keeps what the map says, so that a careless reader gets on with it. */

export function without(from: CborMap, key: CborValue): CborMap {
  return { pairs: from.pairs.filter(([each]) => each !== key) };
}

export function replaced(from: CborMap, key: CborValue, value: (old: CborValue) => CborValue): CborMap {
  return { pairs: from.pairs.map(([each, old]) => [each, each === key ? value(old) : old]) };
}

/** Another value under the same key, before or after the genuine one. */
export function repeated(
  from: CborMap,
  key: CborValue,
  decoy: CborValue,
  where: 'before' | 'after',
): CborMap {
  const pair = [key, decoy] as const;
  return { pairs: where === 'before' ? [pair, ...from.pairs] : [...from.pairs, pair] };
}

export function added(from: CborMap, key: CborValue, value: CborValue): CborMap {
  return { pairs: [...from.pairs, [key, value]] };
}

/** The map with its length left open, which CBOR allows and a strict reader does not (RFC 8949 §3.2.2). */
export function openEnded(from: CborMap): Encoded {
  const pairs = from.pairs.flat().map(encodeCbor);
  return { encoded: Buffer.concat([Buffer.of(0xbf), ...pairs, Buffer.of(0xff)]) };
}

/** The map with the number of its pairs in one octet more than it needs (RFC 8949 §4.2.1). */
export function longHead(from: CborMap): Encoded {
  const pairs = from.pairs.flat().map(encodeCbor);
  return { encoded: Buffer.concat([Buffer.of(0xb8, from.pairs.length), ...pairs]) };
}

/** An empty list in as many others. */
export function nested(depth: number): Encoded {
  return { encoded: Buffer.concat([Buffer.alloc(depth, 0x81), Buffer.of(0x80)]) };
}

/** A text of two octets that are not UTF-8. */
export const BROKEN_TEXT: Encoded = { encoded: Buffer.of(0x62, 0xc3, 0x28) };

export function asMap(value: CborValue): CborMap {
  return typeof value === 'object' && 'pairs' in value ? value : map();
}
