import { describeValue, typeOf, UNIVERSAL, type Head } from './der-values.js';
import { bytesNode, endOf, MOST_LEVELS, type Draft, type Sheet } from './sheet.js';

/** Bytes of a tag number above 30, and of a length, beyond which a number cannot be told from another. */
const MOST_NUMBER = 6;

/**
 * Reads one element as far as it can be read, whatever its rules: lengths may be longer than needed, or indefinite. An
 * element that ends beyond its container is shown as far as that goes.
 *
 * @returns undefined if there are no nodes left
 */
export function readElement(sheet: Sheet, at: number, end: number, level = 1): Draft | undefined {
  const head = headAt(sheet.bytes, at, end);
  if (head === undefined) {
    sheet.note(`the header of the element at ${at} ends ${endOf(sheet, end)}`);
    return bytesNode(sheet, at, end, 'unreadable');
  }
  const node = sheet.node(at, 0, typeOf(head));
  if (node === undefined) return undefined;
  const from = at + head.size;
  const to = head.length === undefined ? end : from + head.length;
  if (to > end) sheet.note(`the element at ${at} ends ${endOf(sheet, end)}`);
  node.header = head.size;
  node.length = Math.min(to, end) - at;
  if (head.constructed) readChildren(sheet, node, head, level);
  else readPrimitive(sheet, node, head, level);
  return node;
}

/** Reads all elements of a container. One of indefinite length ends where two zeros stand. */
function readChildren(sheet: Sheet, node: Draft, head: Head, level: number): void {
  const end = node.offset + node.length;
  let at = node.offset + head.size;
  if (at < end && level >= MOST_LEVELS) {
    sheet.note(`the element at ${node.offset} is nested deeper than ${MOST_LEVELS} levels`);
    return;
  }
  while (at < end) {
    const child = readElement(sheet, at, end, level + 1);
    if (child === undefined) return;
    node.children.push(child);
    at += child.length;
    if (head.length === undefined && child.type === UNIVERSAL[0]) {
      node.length = at - node.offset;
      return;
    }
  }
  if (head.length === undefined)
    sheet.note(`the element at ${node.offset} of indefinite length does not end`);
}

function readPrimitive(sheet: Sheet, node: Draft, head: Head, level: number): void {
  if (head.length === undefined) sheet.note(`the element at ${node.offset} has no length`);
  const from = node.offset + head.size;
  const end = node.offset + node.length;
  const inner = head.tagClass === 0 ? innerOf(sheet, head.tag, from, end, level) : undefined;
  if (inner === undefined) describeValue(node, head, sheet.bytes.subarray(from, end));
  else node.children.push(inner);
}

/**
 * DER inside of an OCTET STRING or BIT STRING: a SEQUENCE or SET that fills it and can be read. Other elements are not
 * looked for, since random bytes look like one too often: a point on a curve begins like an OCTET STRING.
 */
function innerOf(sheet: Sheet, tag: number, from: number, end: number, level: number): Draft | undefined {
  const isBits = tag === 3;
  if (tag !== 4 && !isBits) return undefined;
  if (isBits && sheet.bytes[from] !== 0) return undefined;
  const at = isBits ? from + 1 : from;
  const first = at < end ? sheet.bytes[at] : undefined;
  if ((first !== 0x30 && first !== 0x31) || end - at < 4 || level >= MOST_LEVELS) return undefined;
  const head = headAt(sheet.bytes, at, end);
  if (head?.length === undefined || at + head.size + head.length !== end) return undefined;
  return sheet.attempt(() => readElement(sheet, at, end, level + 1));
}

/**
 * Opens an OCTET STRING that has DER in it by its definition.
 *
 * @param isSure whether it has; then even DER that cannot be read to its end is shown
 */
export function openOctets(sheet: Sheet, node: Draft, isSure = true): Draft | undefined {
  const from = node.offset + node.header;
  const end = node.offset + node.length;
  if (node.children.length > 0 || from >= end) return node.children[0];
  const read = (): Draft | undefined => {
    const inner = readElement(sheet, from, end, OPENED_LEVEL);
    if (inner !== undefined && inner.offset + inner.length < end)
      sheet.note(`after the element at ${from}, bytes follow from ${inner.offset + inner.length} on`);
    return inner;
  };
  const inner = isSure ? read() : sheet.attempt(read);
  if (inner === undefined) return undefined;
  node.children.push(inner);
  node.value = undefined;
  node.meaning = undefined;
  return inner;
}

/** The level of DER that is opened later: deeper than any place where that happens. */
const OPENED_LEVEL = 16;

/** Reads the bytes of a part as one element; bytes behind it are a problem. */
export function readDerPart(sheet: Sheet): Draft | undefined {
  const { length } = sheet.bytes;
  if (length === 0) sheet.note('there are no bytes');
  const root = length === 0 ? undefined : readElement(sheet, 0, length);
  if (root !== undefined && root.length < length)
    sheet.note(`after the element at 0, bytes follow from ${root.length} on`);
  return root;
}

/** Undefined if it is cut off. */
function headAt(bytes: Uint8Array, at: number, end: number): Head | undefined {
  const first = at < end ? (bytes[at] as number) : undefined;
  if (first === undefined) return undefined;
  let next = at + 1;
  let tag = first & 0x1f;
  if (tag === 0x1f) {
    tag = 0;
    let octet = 0x80;
    for (let count = 0; octet >= 0x80; count += 1) {
      if (next >= end || count === MOST_NUMBER) return undefined;
      octet = bytes[next] as number;
      tag = tag * 128 + (octet & 0x7f);
      next += 1;
    }
  }
  if (next >= end) return undefined;
  const short = bytes[next] as number;
  next += 1;
  const base = { tagClass: first >> 6, constructed: (first & 0x20) !== 0, tag };
  if (short < 0x80) return { ...base, size: next - at, length: short };
  if (short === 0x80) return { ...base, size: next - at, length: undefined };
  let length = 0;
  for (let count = short & 0x7f; count > 0; count -= 1) {
    if (next >= end) return undefined;
    // A length of many bytes is more than there is; how much more does not matter.
    length = Math.min(length * 256 + (bytes[next] as number), Number.MAX_SAFE_INTEGER / 512);
    next += 1;
  }
  return { ...base, size: next - at, length };
}
