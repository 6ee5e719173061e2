// @ts-check
// Why this exists: bytes that are changed at random are refused by the first parser they meet. To get behind it, a
// mutant needs lengths that fit. Here an object is a tree of its parts, down to the DER inside of CBOR, so that one part
// can be changed and everything around it be written anew.

/** @typedef {import('./random.js').Random} Random */
/**
 * A part. `cbor` and `der` are items with a head; `raw` is bytes, or parts one after the other; `pieces` is an OCTET
 * STRING in BER whose content stands in several. What has children is made of them, whatever it is.
 *
 * @typedef {object} Part
 * @property {'raw' | 'cbor' | 'der' | 'pieces'} kind
 * @property {number} major of cbor
 * @property {Buffer} tag the identifier octets, of der and pieces
 * @property {bigint} argument of cbor without content: the number, or the tag
 * @property {Buffer | undefined} content
 * @property {readonly Part[] | undefined} children
 * @property {Width} width
 * @property {bigint} lie added to the true length
 * @property {readonly number[]} sizes of pieces, the last one again and again
 */
/** Octets of length behind the head: the fewest, this many, or an indefinite length. @typedef {'fewest' | 'open' | 1 | 2 | 4 | 8} Width */
/** Indexes of children, from the root on. @typedef {readonly number[]} Path */

const NONE = Buffer.alloc(0);

/** @type {Part} */
const EMPTY = {
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

/** @param {Uint8Array} content @returns {Part} */
export const raw = (content) => ({ ...EMPTY, content: Buffer.from(content) });

/** @param {readonly Part[]} children @returns {Part} */
export const row = (children) => ({ ...EMPTY, children });

/** @param {number} major @param {Partial<Part>} rest @returns {Part} */
export const cbor = (major, rest) => ({ ...EMPTY, kind: 'cbor', major, ...rest });

/** @param {Buffer | number} tag @param {Partial<Part>} rest @returns {Part} */
export const der = (tag, rest) => ({
  ...EMPTY,
  kind: 'der',
  tag: typeof tag === 'number' ? Buffer.of(tag) : tag,
  ...rest,
});

/** Written once: parts are never changed. @type {WeakMap<Part, Buffer>} */
const written = new WeakMap();

/** @param {Part} part @returns {Buffer} */
export function encode(part) {
  const known = written.get(part);
  if (known !== undefined) return known;
  const bytes = encodeAnew(part);
  written.set(part, bytes);
  return bytes;
}

/** @param {Part} part @returns {Buffer} */
function encodeAnew(part) {
  const content = part.content ?? Buffer.concat((part.children ?? []).map(encode));
  if (part.kind === 'raw') return content;
  if (part.kind === 'cbor') return encodeCbor(part, content);
  const inside = part.kind === 'pieces' ? pieces(content, part.sizes) : content;
  if (part.width === 'open') return Buffer.concat([part.tag, Buffer.of(0x80), inside, Buffer.alloc(2)]);
  return Buffer.concat([part.tag, derLength(BigInt(inside.length) + part.lie, part.width), inside]);
}

/** @param {Part} part @param {Buffer} content @returns {Buffer} */
function encodeCbor({ major, argument, children = [], width, lie }, content) {
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

/** @param {number} major @param {bigint} argument @param {Width} width */
function cborHead(major, argument, width) {
  const fits =
    argument < 24n ? 0 : argument < 0x100n ? 1 : argument < 0x1_0000n ? 2 : argument < 0x1_0000_0000n ? 4 : 8;
  const octets = Math.max(fits, typeof width === 'number' ? width : 0);
  if (octets === 0) return Buffer.of((major << 5) | Number(argument));
  return Buffer.concat([Buffer.of((major << 5) | (24 + Math.log2(octets))), bigEndian(argument, octets)]);
}

/** @param {bigint} given @param {Width} width */
function derLength(given, width) {
  const length = given < 0n ? 0n : given;
  const octets = Math.max(1, Math.ceil(length.toString(16).length / 2));
  if (width === 'fewest' && length < 0x80n) return Buffer.of(Number(length));
  const wanted = Math.max(octets, typeof width === 'number' ? width : 0);
  return Buffer.concat([Buffer.of(0x80 | wanted), bigEndian(length, wanted)]);
}

/** @param {bigint} value @param {number} octets */
export function bigEndian(value, octets) {
  return Buffer.from(
    value
      .toString(16)
      .padStart(2 * octets, '0')
      .slice(-2 * octets),
    'hex',
  );
}

/** @param {Buffer} content @param {readonly number[]} sizes */
function pieces(content, sizes) {
  const made = [];
  for (let at = 0, index = 0; at < content.length; index += 1) {
    const size = sizes[Math.min(index, sizes.length - 1)] ?? content.length;
    const piece = content.subarray(at, at + size);
    made.push(Buffer.of(0x04), derLength(BigInt(piece.length), 'fewest'), piece);
    // A piece may be empty, but not all of them.
    at += index >= sizes.length - 1 ? Math.max(size, 1) : size;
  }
  return Buffer.concat(made);
}

/** @type {WeakMap<Part, readonly Path[]>} */
const allPaths = new WeakMap();

/** The paths of all parts below the root. @param {Part} root @returns {readonly Path[]} */
export function pathsOf(root) {
  const known = allPaths.get(root);
  if (known !== undefined) return known;
  /** @param {Part} part @param {Path} path @returns {Path[]} */
  const below = (part, path) =>
    (part.children ?? []).flatMap((child, index) => [[...path, index], ...below(child, [...path, index])]);
  const paths = below(root, []);
  allPaths.set(root, paths);
  return paths;
}

/** Any part: all alike, or by a walk from the root, which meets the few great ones more often. @param {Random} random @param {Part} root @returns {Path} */
export function pickPath(random, root) {
  if (random.oneIn(2)) return random.pick(pathsOf(root)) ?? [];
  const path = [];
  for (let part = root; part.children !== undefined && part.children.length > 0;) {
    const index = random.below(part.children.length);
    path.push(index);
    part = /** @type {Part} */ (part.children[index]);
    if (random.oneIn(5)) break;
  }
  return path;
}

/** @param {Part} root @param {Path} path @returns {Part | undefined} */
export function partAt(root, path) {
  /** @type {Part | undefined} */
  let part = root;
  for (const index of path) part = part?.children?.[index];
  return part;
}

/** The same tree with other parts, any number, in place of one. @param {Part} root @param {Path} path @param {(part: Part) => readonly Part[]} edit @returns {Part} */
export function edited(root, path, edit) {
  const [index, ...rest] = path;
  const children = root.children ?? [];
  if (index === undefined) return row(edit(root));
  const child = children[index];
  if (child === undefined) return root;
  const after = rest.length === 0 ? edit(child) : [edited(child, rest, edit)];
  return { ...root, children: children.toSpliced(index, 1, ...after) };
}
