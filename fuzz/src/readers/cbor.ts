// Why this exists: a second opinion on CBOR (RFC 8949), by other code than the library's. This reader is generous: it reads
// long forms and repeated keys, and leaves it to its callers to say what is wrong. It does not read indefinite lengths.
import { cbor, raw, type Item, type Part, type Width } from './tree.js';

/** Items inside of one another. */
const DEPTH = 64;

/** The item that begins at `at`, or undefined if it cannot be read. */
export function readCborItem(bytes: Buffer, at = 0, depth = 0): Item | undefined {
  const initial = bytes[at];
  if (initial === undefined || depth > DEPTH) return undefined;
  const [major, info] = [initial >> 5, initial & 31];
  if (info === 31) return undefined;
  const octets = info < 24 ? 0 : info > 27 ? undefined : 1 << (info - 24);
  if (octets === undefined || at + 1 + octets > bytes.length) return undefined;
  const start = at + 1 + octets;
  const argument = octets === 0 ? BigInt(info) : BigInt(`0x${bytes.toString('hex', at + 1, start)}`);
  if (major === 7) return { part: raw(bytes.subarray(at, start)), end: start };
  const width = widthOf(argument, octets);
  if (major < 2) return { part: cbor(major, { argument, width }), end: start };
  if (major < 4) {
    const end = start + Number(argument);
    if (end > bytes.length) return undefined;
    return { part: cbor(major, { content: bytes.subarray(start, end), width }), end };
  }
  const count = { 4: Number(argument), 5: 2 * Number(argument), 6: 1 }[major] ?? 0;
  if (count > bytes.length) return undefined;
  const children: Part[] = [];
  let end = start;
  for (let left = count; left > 0; left -= 1) {
    const item = readCborItem(bytes, end, depth + 1);
    if (item === undefined) return undefined;
    children.push(item.part);
    end = item.end;
  }
  return { part: cbor(major, { argument, children, width }), end };
}

function widthOf(argument: bigint, octets: number): Width {
  const fits =
    argument < 24n ? 0 : argument < 0x100n ? 1 : argument < 0x1_0000n ? 2 : argument < 0x1_0000_0000n ? 4 : 8;
  return fits === octets ? 'fewest' : (octets as Width);
}

/** The one item that these bytes are, or undefined if they are not exactly one. */
export function readCbor(bytes: Buffer): Part | undefined {
  const item = readCborItem(bytes);
  return item?.end === bytes.length ? item.part : undefined;
}

/** Whether an item, and every item in it, has lengths and numbers in the fewest octets. */
export function isShortestCbor(part: Part): boolean {
  return (
    part.kind === 'cbor' &&
    part.width === 'fewest' &&
    (part.children ?? []).every((child) => child.kind === 'raw' || isShortestCbor(child))
  );
}
