/** What can be encoded. The pairs of a map stand in the order given, and a key can occur twice. */
export type CborValue = number | string | Uint8Array | readonly CborValue[] | CborMap | Encoded;

export interface CborMap {
  readonly pairs: readonly (readonly [CborValue, CborValue])[];
}

/** Bytes that are put in as they are, for what a sound encoder does not produce. */
export interface Encoded {
  readonly encoded: Uint8Array;
}

/** Encodes with definite lengths and the shortest heads (RFC 8949 §4.2.1), but for the order of keys. */
export function encodeCbor(value: CborValue): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string')
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  if ('encoded' in value) return Buffer.from(value.encoded);
  if ('pairs' in value)
    return Buffer.concat([head(5, value.pairs.length), ...value.pairs.flat().map(encodeCbor)]);
  return Buffer.concat([head(4, value.length), ...value.map(encodeCbor)]);
}

/** The head of an item: major type and argument (RFC 8949 §3). */
function head(major: number, argument: number): Buffer {
  const type = major << 5;
  if (argument < 24) return Buffer.of(type | argument);
  if (argument < 0x100) return Buffer.of(type | 24, argument);
  const bytes = Buffer.alloc(argument < 0x1_0000 ? 3 : 5);
  if (bytes.length === 3) {
    bytes.writeUInt8(type | 25);
    bytes.writeUInt16BE(argument, 1);
  } else {
    bytes.writeUInt8(type | 26);
    bytes.writeUInt32BE(argument, 1);
  }
  return bytes;
}

/** A map from pairs. */
export function map(...pairs: CborMap['pairs']): CborMap {
  return { pairs };
}
