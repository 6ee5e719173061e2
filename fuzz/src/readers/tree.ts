// Why this exists: the first parser refuses bytes that are changed at random. To get behind it, a mutant needs lengths that
// fit. Here an object is a tree of its parts, down to the DER inside of CBOR, so that one part can be changed and
// everything around it is written anew.

/**
 * A part: `cbor` and `der` are items with a head; `raw` is bytes, or parts one after the other; `pieces` is an OCTET STRING
 * in BER whose content is split. A part with children consists of them, whatever its kind.
 */
export interface Part {
  readonly kind: 'raw' | 'cbor' | 'der' | 'pieces';
  /** Of `cbor`: the major type, 0 to 7. */
  readonly major: number;
  /** Of `der` and `pieces`: the identifier octets. */
  readonly tag: Buffer;
  /** Of `cbor` without content: the number, or the tag. */
  readonly argument: bigint;
  readonly content: Buffer | undefined;
  readonly children: readonly Part[] | undefined;
  readonly width: Width;
  /** Added to the true length. */
  readonly lie: bigint;
  /** Of `pieces`: the octets of each; the last size holds for all further ones. */
  readonly sizes: readonly number[];
}

/** Octets of length after the head: the fewest, this many, or an indefinite length. */
export type Width = 'fewest' | 'open' | 1 | 2 | 4 | 8;

/** A part that was read, and the offset of what follows it. */
export interface Item {
  readonly part: Part;
  readonly end: number;
}

const NONE = Buffer.alloc(0);

const EMPTY: Part = {
  kind: 'raw',
  major: 0,
  tag: NONE,
  argument: 0n,
  content: undefined,
  children: undefined,
  width: 'fewest',
  lie: 0n,
  sizes: [],
};

/** Bytes as they are. */
export const raw = (content: Uint8Array): Part => ({ ...EMPTY, content: Buffer.from(content) });

/** Parts one after the other. */
export const row = (children: readonly Part[]): Part => ({ ...EMPTY, children });

/** An item of CBOR. */
export const cbor = (major: number, rest: Partial<Part>): Part => ({
  ...EMPTY,
  kind: 'cbor',
  major,
  ...rest,
});

/** An element of DER. */
export const der = (tag: Buffer | number, rest: Partial<Part>): Part => ({
  ...EMPTY,
  kind: 'der',
  tag: typeof tag === 'number' ? Buffer.of(tag) : tag,
  ...rest,
});

/** Written once, because parts never change. */
const written = new WeakMap<Part, Buffer>();

/** The bytes of a part. */
export function encode(part: Part): Buffer {
  const known = written.get(part);
  if (known !== undefined) return known;
  const bytes = encodeAnew(part);
  written.set(part, bytes);
  return bytes;
}

function encodeAnew(part: Part): Buffer {
  const content = part.content ?? Buffer.concat((part.children ?? []).map(encode));
  if (part.kind === 'raw') return content;
  if (part.kind === 'cbor') return encodeCbor(part, content);
  const inside = part.kind === 'pieces' ? pieces(content, part.sizes) : content;
  if (part.width === 'open') return Buffer.concat([part.tag, Buffer.of(0x80), inside, Buffer.alloc(2)]);
  return Buffer.concat([part.tag, derLength(BigInt(inside.length) + part.lie, part.width), inside]);
}

function encodeCbor({ major, argument, children = [], width, lie }: Part, content: Buffer): Buffer {
  const isString = major === 2 || major === 3;
  if (width === 'open' && major >= 2 && major <= 5) {
    const inside = isString
      ? Buffer.concat([cborHead(major, BigInt(content.length), 'fewest'), content])
      : content;
    return Buffer.concat([Buffer.of((major << 5) | 31), inside, Buffer.of(0xff)]);
  }
  const counted = { 2: content.length, 3: content.length, 4: children.length, 5: children.length >> 1 }[
    major
  ];
  const head = cborHead(
    major,
    BigInt.asUintN(64, (counted === undefined ? argument : BigInt(counted)) + lie),
    width,
  );
  return Buffer.concat([head, content]);
}

function cborHead(major: number, argument: bigint, width: Width): Buffer {
  const fits =
    argument < 24n ? 0 : argument < 0x100n ? 1 : argument < 0x1_0000n ? 2 : argument < 0x1_0000_0000n ? 4 : 8;
  const octets = Math.max(fits, typeof width === 'number' ? width : 0);
  if (octets === 0) return Buffer.of((major << 5) | Number(argument));
  return Buffer.concat([Buffer.of((major << 5) | (24 + Math.log2(octets))), bigEndian(argument, octets)]);
}

function derLength(given: bigint, width: Width): Buffer {
  const length = given < 0n ? 0n : given;
  const octets = Math.max(1, Math.ceil(length.toString(16).length / 2));
  if (width === 'fewest' && length < 0x80n) return Buffer.of(Number(length));
  const wanted = Math.max(octets, typeof width === 'number' ? width : 0);
  return Buffer.concat([Buffer.of(0x80 | wanted), bigEndian(length, wanted)]);
}

/** The last `octets` octets of a number. */
export function bigEndian(value: bigint, octets: number): Buffer {
  return Buffer.from(
    value
      .toString(16)
      .padStart(2 * octets, '0')
      .slice(-2 * octets),
    'hex',
  );
}

function pieces(content: Buffer, sizes: readonly number[]): Buffer {
  const made: Buffer[] = [];
  for (let at = 0, index = 0; at < content.length; index += 1) {
    const size = sizes[Math.min(index, sizes.length - 1)] ?? content.length;
    const piece = content.subarray(at, at + size);
    made.push(Buffer.of(0x04), derLength(BigInt(piece.length), 'fewest'), piece);
    // A piece may be empty, but not all of them: that would never end.
    at += index >= sizes.length - 1 ? Math.max(size, 1) : size;
  }
  return Buffer.concat(made);
}
