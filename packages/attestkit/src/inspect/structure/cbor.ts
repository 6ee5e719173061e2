import { bytesNode, contentOf, cut, endOf, hexOf, MOST_LEVELS, readableIn, textOf } from './sheet.js';
import type { Draft, Sheet } from './sheet.js';

const TYPES = ['unsigned', 'negative', 'bytes', 'text', 'array', 'map', 'tag', 'simple'] as const;
const [UNSIGNED, NEGATIVE, BYTES, TEXT, ARRAY, MAP, TAG] = [0, 1, 2, 3, 4, 5, 6];

/** What ends items of indefinite length. */
const BREAK = 'break';

/** The first byte of an item, and its argument (RFC 8949 §3). */
interface Head {
  readonly major: number;
  readonly info: number;
  readonly size: number;
  /** Undefined if it is indefinite. */
  readonly argument: bigint | undefined;
}

/**
 * Reads one item as far as it can be read, in any of its forms: longer than needed, or of indefinite length. Where an item
 * cannot be read, its end is unknown, and with that the rest: all that encloses it ends with the range.
 *
 * @returns undefined if there are no nodes left
 */
export function readItem(sheet: Sheet, at: number, end: number, level = 1): Draft | undefined {
  return new Reader(sheet, end).read(at, level);
}

/** Reads the bytes of a part as one item; bytes behind it are a problem. */
export function readCborPart(sheet: Sheet): Draft | undefined {
  const { length } = sheet.bytes;
  if (length === 0) sheet.note('there are no bytes');
  const root = length === 0 ? undefined : readItem(sheet, 0, length);
  if (root !== undefined && root.length < length)
    sheet.note(`after the item at 0, bytes follow from ${root.length} on`);
  return root;
}

class Reader {
  readonly #sheet: Sheet;
  readonly #end: number;
  /** The end of an item is unknown. */
  #isLost = false;

  constructor(sheet: Sheet, end: number) {
    this.#sheet = sheet;
    this.#end = end;
  }

  read(at: number, level: number): Draft | undefined {
    const sheet = this.#sheet;
    const head = headAt(sheet.bytes, at, this.#end);
    if (typeof head === 'string') {
      this.#lose(`the item at ${at} ${head === CUT ? `ends ${endOf(sheet, this.#end)}` : head}`);
      return at < this.#end ? bytesNode(sheet, at, this.#end, 'unreadable') : undefined;
    }
    const node = sheet.node(at, head.size, typeOf(head));
    if (node === undefined) this.#isLost = true;
    if (node === undefined) return undefined;
    node.header = head.size;
    if (head.major === BYTES || head.major === TEXT) this.#readString(node, head, level);
    else if (head.major >= ARRAY && head.major <= TAG) this.#readContainer(node, head, level);
    else node.value = valueOf(head, sheet.bytes, at);
    if (this.#isLost) node.length = this.#end - at;
    return node;
  }

  #lose(problem: string): void {
    this.#sheet.note(problem);
    this.#isLost = true;
  }

  #readString(node: Draft, { major, argument }: Head, level: number): void {
    if (argument === undefined) {
      this.#readUntilBreak(node, level, (at) => this.#append(node, at, level, String(node.children.length)));
      return;
    }
    const rest = this.#end - node.offset - node.header;
    if (argument > BigInt(rest))
      this.#lose(`the item at ${node.offset} ends ${endOf(this.#sheet, this.#end)}`);
    node.length = node.header + Math.min(rest, Number(argument));
    const content = contentOf(this.#sheet, node);
    node.value = major === TEXT ? textOf(content) : hexOf(content);
    if (major === BYTES) node.meaning = readableIn(content);
  }

  #readContainer(node: Draft, { major, argument }: Head, level: number): void {
    if (level >= MOST_LEVELS && argument !== 0n) {
      this.#lose(`the item at ${node.offset} is nested deeper than ${MOST_LEVELS} levels`);
      return;
    }
    const keys = new Set<string>();
    const readOne = (at: number): number => {
      if (major === MAP) return this.#appendPair(node, at, level, keys);
      return this.#append(node, at, level, major === TAG ? '' : String(node.children.length));
    };
    if (argument === undefined) {
      this.#readUntilBreak(node, level, readOne);
      return;
    }
    let at = node.offset + node.header;
    for (let left = major === TAG ? 1n : argument; left > 0n && !this.#isLost; left -= 1n) at = readOne(at);
    node.length = at - node.offset;
  }

  #readUntilBreak(node: Draft, level: number, readOne: (at: number) => number): void {
    let at = node.offset + node.header;
    if (level >= MOST_LEVELS) {
      this.#lose(`the item at ${node.offset} is nested deeper than ${MOST_LEVELS} levels`);
      return;
    }
    while (!this.#isLost && at < this.#end && this.#sheet.bytes[at] !== 0xff) at = readOne(at);
    if (this.#isLost) return;
    if (at >= this.#end) {
      this.#lose(`the item at ${node.offset} of indefinite length does not end`);
      return;
    }
    this.#append(node, at, level, BREAK);
    node.length = at + 1 - node.offset;
  }

  /** Reads a child, and says where it ends. */
  #append(node: Draft, at: number, level: number, label: string): number {
    const child = this.read(at, level + 1);
    if (child === undefined) return this.#end;
    child.label = label;
    node.children.push(child);
    return at + child.length;
  }

  /** Reads a key and its value. A key that is text or a number is the value's label; another is a node of its own. */
  #appendPair(node: Draft, at: number, level: number, keys: Set<string>): number {
    const key = this.read(at, level + 1);
    if (key === undefined) return this.#end;
    const isLabel = !this.#isLost && key.children.length === 0 && key.value !== undefined;
    if (!isLabel) {
      key.label = 'key';
      node.children.push(key);
    }
    if (this.#isLost) return this.#end;
    const name = `${key.type} ${key.value ?? ''}`;
    if (isLabel && keys.has(name)) this.#sheet.note(`the key ${cut(name)} at ${at} is there twice`);
    keys.add(name);
    return this.#append(node, at + key.length, level, isLabel ? (key.value ?? '') : 'value');
  }
}

const CUT = 'cut';

/** Why it cannot be read, or what it is. */
function headAt(bytes: Buffer, at: number, end: number): Head | string {
  if (at >= end) return CUT;
  const first = bytes[at] as number;
  const [major, info] = [first >> 5, first & 31];
  if (info < 24) return { major, info, size: 1, argument: BigInt(info) };
  if (info === 31) {
    if (major === UNSIGNED || major === NEGATIVE || major === TAG) return 'has a reserved form';
    return { major, info, size: 1, argument: undefined };
  }
  if (info > 27) return 'has a reserved form';
  const size = 1 << (info - 24);
  if (at + 1 + size > end) return CUT;
  const argument = BigInt(`0x${bytes.toString('hex', at + 1, at + 1 + size)}`);
  return { major, info, size: 1 + size, argument };
}

function typeOf({ major, info, argument }: Head): string {
  const type = TYPES[major] ?? '';
  if (major === TAG) return `tag ${argument ?? ''}`;
  if (type !== 'simple') return argument === undefined ? `${type}, indefinite length` : type;
  if (argument === undefined) return BREAK;
  return info < 25 ? 'simple' : 'float';
}

const SIMPLE: Readonly<Record<string, string>> = { 20: 'false', 21: 'true', 22: 'null', 23: 'undefined' };

function valueOf({ major, info, argument }: Head, bytes: Buffer, at: number): string | undefined {
  if (argument === undefined) return undefined;
  if (major === UNSIGNED) return argument.toString();
  if (major === NEGATIVE) return (-1n - argument).toString();
  if (info === 26) return String(bytes.readFloatBE(at + 1));
  if (info === 27) return String(bytes.readDoubleBE(at + 1));
  return info === 25 ? halfOf(Number(argument)) : (SIMPLE[argument.toString()] ?? argument.toString());
}

/** A floating point number of 16 bits (RFC 8949, appendix D). */
function halfOf(bits: number): string {
  const [exponent, fraction] = [(bits >> 10) & 0x1f, bits & 0x3ff];
  const size =
    exponent === 0
      ? fraction * 2 ** -24
      : exponent === 31
        ? fraction === 0
          ? Infinity
          : Number.NaN
        : (fraction + 1024) * 2 ** (exponent - 25);
  return String(bits >= 0x8000 ? -size : size);
}
