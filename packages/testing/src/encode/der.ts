/** An element of definite length (X.690 §8.1); `tag` is the identifier octet: `0x30`. */
export function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.of(tag), lengthOf(content.length), content]);
}

/** An element of indefinite length, which BER has and DER has not (X.690 §8.1.3.6). */
export function indefinite(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  return Buffer.concat([Buffer.of(tag, 0x80), ...contents, Buffer.of(0, 0)]);
}

/** Wraps contents in the explicit context tag `[number]`, of as many octets as it needs (X.690 §8.1.2.4). */
export function tagged(number: number, ...contents: readonly Uint8Array[]): Buffer {
  if (number < 31) return der(0xa0 | number, ...contents);
  const element = der(0xbf, ...contents);
  return Buffer.concat([element.subarray(0, 1), base128(number), element.subarray(1)]);
}

export function sequence(...contents: readonly Uint8Array[]): Buffer {
  return der(0x30, ...contents);
}

export function set(...contents: readonly Uint8Array[]): Buffer {
  return der(0x31, ...contents);
}

/** An INTEGER that is not negative, in as few octets as it fits. */
export function integer(value: number | bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  return der(0x02, ...((bytes[0] ?? 0) > 0x7f ? [Buffer.of(0)] : []), bytes);
}

/** An OBJECT IDENTIFIER from its dotted text. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return der(0x06, base128(first * 40 + second), ...rest.map(base128));
}

/** An OCTET STRING; text becomes UTF-8. */
export function octets(value: string | Uint8Array): Buffer {
  return der(0x04, Buffer.from(value));
}

/** A BIT STRING of whole octets, or with `unused` bits left over in the last. */
export function bits(value: Uint8Array, unused = 0): Buffer {
  return der(0x03, Buffer.of(unused), value);
}

export function utf8(text: string): Buffer {
  return der(0x0c, Buffer.from(text));
}

export function printable(text: string): Buffer {
  return der(0x13, Buffer.from(text, 'latin1'));
}

/** UTCTime up to 2049, GeneralizedTime from then on (RFC 5280 §4.1.2.5); whole seconds, rounded down. */
export function time(milliseconds: number): Buffer {
  const text = `${new Date(milliseconds).toISOString().replace(/[-T:]|\..*/g, '')}Z`;
  const year = Number(text.slice(0, 4));
  return year >= 1950 && year < 2050 ? der(0x17, Buffer.from(text.slice(2))) : der(0x18, Buffer.from(text));
}

export const TRUE: Uint8Array = der(0x01, Buffer.of(0xff));
export const NULL: Uint8Array = der(0x05);

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  const shortest = bytes.subarray(bytes.findIndex((byte) => byte !== 0));
  return Buffer.concat([Buffer.of(0x80 | shortest.length), shortest]);
}

/** Groups of seven bits, all but the last marked (X.690 §8.19.2). */
function base128(value: number): Buffer {
  const groups = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128))
    groups.unshift(0x80 | (rest % 128));
  return Buffer.from(groups);
}
