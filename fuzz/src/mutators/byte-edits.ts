// Why this exists: edits of bytes that know nothing of their meaning. Each is made both to whole objects and to single parts.
import type { Random } from '../run/random.js';

/** `other` is another genuine object. */
export type ByteEdit = (random: Random, bytes: Buffer, other: Buffer) => Buffer;

const OCTETS = [
  0x00, 0x01, 0x04, 0x1f, 0x20, 0x30, 0x5f, 0x7f, 0x80, 0x81, 0x84, 0x9f, 0xa0, 0xbf, 0xf6, 0xff,
];
/** Numbers at which an integer of one, two, four or eight octets overflows or changes its sign. */
const EDGES = [
  0n,
  1n,
  0x7fn,
  0x80n,
  0xffn,
  0x100n,
  0x7fffn,
  0x8000n,
  0xffffn,
  0x1_0000n,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
];
const WIDE_EDGES = [
  ...EDGES,
  0x1_0000_0000n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 1n,
];

export const byteEdits: Readonly<Record<string, ByteEdit>> = {
  'flip a bit': (random, bytes) => changed(bytes, (copy) => flip(random, copy)),
  'flip bits': (random, bytes) =>
    changed(bytes, (copy) => {
      for (let left = 2 + random.below(8); left > 0; left -= 1) flip(random, copy);
    }),
  'set octets': (random, bytes) =>
    changed(bytes, (copy) => {
      const start = random.below(copy.length);
      copy.subarray(start, start + 1 + random.below(random.oneIn(4) ? 40 : 2)).fill(random.pick(OCTETS));
    }),
  'set an integer': (random, bytes) =>
    changed(bytes, (copy) => {
      const octets = random.pick([1, 2, 4, 8]);
      const value = random.pick(WIDE_EDGES) + BigInt(random.below(3) - 1);
      const text = BigInt.asUintN(8 * octets, value)
        .toString(16)
        .padStart(2 * octets, '0');
      Buffer.from(text, 'hex').copy(copy, random.below(copy.length));
    }),
  'insert octets': (random, bytes) => {
    const length = 1 + random.below(random.oneIn(8) ? 300 : 4);
    const piece = random.oneIn(2) ? random.bytes(length) : Buffer.alloc(length, random.pick(OCTETS));
    return spliced(random, bytes, 0, piece);
  },
  'delete octets': (random, bytes) =>
    spliced(random, bytes, 1 + random.below(random.oneIn(4) ? 200 : 4), Buffer.alloc(0)),
  'repeat a stretch': (random, bytes) => spliced(random, bytes, 0, stretch(random, bytes)),
  truncate: (random, bytes) => bytes.subarray(0, random.below(bytes.length + 1)),
  'cut the front': (random, bytes) => bytes.subarray(random.below(bytes.length + 1)),
  extend: (random, bytes) => {
    const tail = random.pick([
      Buffer.of(random.pick(OCTETS)),
      Buffer.alloc(2),
      random.bytes(4),
      stretch(random, bytes),
      bytes,
    ]);
    return Buffer.concat([
      bytes,
      ...Array.from({ length: random.oneIn(500) ? 200 : 1 + random.below(2) }, () => tail),
    ]);
  },
  'put something before': (random, bytes) =>
    Buffer.concat([
      random.pick([Buffer.of(random.pick(OCTETS)), Buffer.from('efbbbf', 'hex'), random.bytes(3), bytes]),
      bytes,
    ]),
  'splice with another': (random, bytes, other) =>
    random.oneIn(2)
      ? Buffer.concat([
          bytes.subarray(0, random.below(bytes.length + 1)),
          other.subarray(random.below(other.length + 1)),
        ])
      : spliced(random, bytes, random.below(64), stretch(random, other)),
  'make something up': (random, bytes) => {
    const most = random.oneIn(400) ? 70_000 : random.pick([4, 60, 400]);
    const length = random.below(most);
    if (random.oneIn(3)) return random.bytes(length);
    if (random.oneIn(2)) return nested(random.pick([1, 2, 8, 9, 16, 17, 100, 10_000]), random);
    const some = stretch(random, bytes);
    return Buffer.alloc(length, some.length > 0 ? some : 0x30);
  },
};

/** Openings of lists, maps and sequences inside of one another. */
function nested(depth: number, random: Random): Buffer {
  const opening = random.pick([
    '81',
    '9f',
    'a1',
    'a16178',
    'bf',
    'd8',
    'c0',
    '3080',
    'a080',
    '2480',
    '3180',
    '30820fff',
    '5f',
  ]);
  return Buffer.from(opening.repeat(depth), 'hex');
}

function changed(bytes: Buffer, change: (copy: Buffer) => void): Buffer {
  const copy = bytes.length === 0 ? Buffer.of(0) : Buffer.from(bytes);
  change(copy);
  return copy;
}

function flip(random: Random, copy: Buffer): void {
  const at = random.below(copy.length);
  copy.writeUInt8(copy.readUInt8(at) ^ (1 << random.below(8)), at);
}

function stretch(random: Random, bytes: Buffer): Buffer {
  const start = random.below(bytes.length + 1);
  return bytes.subarray(start, start + 1 + random.below(random.oneIn(4) ? 400 : 12));
}

function spliced(random: Random, bytes: Buffer, remove: number, insert: Buffer): Buffer {
  const at = random.below(bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]);
}
