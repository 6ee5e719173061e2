// Why this exists: a second opinion on BER and DER (X.690), by other code than the library's. This reader is generous: it
// reads lengths in any form and strings in pieces, and leaves it to its callers to say what is wrong.
import { der, raw, type Item, type Part, type Width } from './tree.js';

/** Elements inside of one another. */
const DEPTH = 64;

/** The element that begins at `at`, or undefined if it cannot be read. */
function readBerItem(bytes: Buffer, at = 0, depth = 0): Item | undefined {
  let next = at + 1;
  if (((bytes[at] ?? 0) & 31) === 31) while (((bytes[next++] ?? 0) & 0x80) !== 0);
  const tag = bytes.subarray(at, next);
  const first = bytes[next];
  if (first === undefined || depth > DEPTH) return undefined;
  next += 1;
  const constructed = ((tag[0] ?? 0) & 0x20) !== 0;
  if (first === 0x80) {
    const inside = constructed ? readRow(bytes, next, bytes.length, depth + 1, true) : undefined;
    return inside && { part: der(tag, { children: inside.parts, width: 'open' }), end: inside.end };
  }
  const octets = first < 0x80 ? 0 : first & 0x7f;
  if (octets > 4 || next + octets > bytes.length) return undefined;
  const length = octets === 0 ? first : Number(`0x${bytes.toString('hex', next, next + octets)}`);
  const start = next + octets;
  const end = start + length;
  if (end > bytes.length) return undefined;
  const shortest = first < 0x80 || (length >= 0x80 && bytes[next] !== 0);
  const width = shortest ? 'fewest' : (octets as Width);
  if (!constructed) return { part: der(tag, { content: bytes.subarray(start, end), width }), end };
  // What does not consist of elements is left as it is: nobody may ever look into it.
  const inside = readRow(bytes, start, end, depth + 1, false);
  const content = inside === undefined ? { content: bytes.subarray(start, end) } : { children: inside.parts };
  return { part: der(tag, { ...content, width }), end };
}

/** Elements up to `limit`, or up to the octets that close them. */
function readRow(
  bytes: Buffer,
  from: number,
  limit: number,
  depth: number,
  open: boolean,
): { parts: Part[]; end: number } | undefined {
  const parts: Part[] = [];
  let at = from;
  while (at < limit) {
    if (open && bytes[at] === 0 && bytes[at + 1] === 0) return { parts, end: at + 2 };
    const item = readBerItem(bytes, at, depth);
    if (item === undefined || item.end > limit) return undefined;
    parts.push(item.part);
    at = item.end;
  }
  return open ? undefined : { parts, end: at };
}

/** The one element that these bytes are, or undefined if they are not exactly one. */
export function readBer(bytes: Buffer): Part | undefined {
  const item = readBerItem(bytes);
  return item?.end === bytes.length ? item.part : undefined;
}

/** The same with the elements in its octet strings and bit strings taken apart too: extensions, signatures, a payload in pieces. */
export function opened(part: Part): Part {
  const tag = part.tag[0];
  if (tag === 0x24 && part.children?.every((child) => child.tag[0] === 0x04) === true) {
    const sizes = part.children.map((child) => child.content?.length ?? 0);
    const inside = readBer(Buffer.concat(part.children.map((child) => child.content ?? Buffer.alloc(0))));
    return inside === undefined ? part : { ...part, kind: 'pieces', children: [opened(inside)], sizes };
  }
  if (part.children !== undefined) return { ...part, children: part.children.map(opened) };
  const content = part.content ?? Buffer.alloc(0);
  if (tag === 0x04 && content.length > 1) {
    const inside = readBer(content);
    if (inside !== undefined) return { ...part, content: undefined, children: [opened(inside)] };
  }
  if (tag === 0x03 && content[0] === 0 && content.length > 2) {
    const inside = readBer(content.subarray(1));
    const rest = inside === undefined ? raw(content.subarray(1)) : opened(inside);
    return { ...part, content: undefined, children: [raw(content.subarray(0, 1)), rest] };
  }
  return part;
}
