// @ts-check
// Why this exists: genuine objects have to be taken apart before parts of them can be changed, and what a verifier
// accepted has to be read a second time by other code than its own. These readers are generous: they read what
// CBOR and BER allow, and leave it to others to say what is wrong with it.
import { bigEndian, cbor, der, encode, raw, row } from './tree.js';

/** @typedef {import('./tree.js').Part} Part */
/** @typedef {import('./tree.js').Width} Width */
/** @typedef {{ part: Part, end: number }} Item */

const DEPTH = 64;

/** One item of CBOR, or undefined where it cannot be read. @param {Buffer} bytes @param {number} [at] @param {number} [depth] @returns {Item | undefined} */
function readCborItem(bytes, at = 0, depth = 0) {
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
  /** @type {Part[]} */
  const children = [];
  let end = start;
  for (let left = count; left > 0; left -= 1) {
    const item = readCborItem(bytes, end, depth + 1);
    if (item === undefined) return undefined;
    children.push(item.part);
    end = item.end;
  }
  return { part: cbor(major, { argument, children, width }), end };
}

/** @param {bigint} argument @param {number} octets @returns {Width} */
function widthOf(argument, octets) {
  const fits =
    argument < 24n ? 0 : argument < 0x100n ? 1 : argument < 0x1_0000n ? 2 : argument < 0x1_0000_0000n ? 4 : 8;
  return fits === octets ? 'fewest' : /** @type {Width} */ (octets);
}

/** Exactly one item of CBOR. @param {Buffer} bytes */
export function readCbor(bytes) {
  const item = readCborItem(bytes);
  return item?.end === bytes.length ? item.part : undefined;
}

/** One element of BER or DER, or undefined where it cannot be read. @param {Buffer} bytes @param {number} [at] @param {number} [depth] @returns {Item | undefined} */
function readBerItem(bytes, at = 0, depth = 0) {
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
  const width = /** @type {Width} */ (shortest ? 'fewest' : octets);
  if (!constructed) return { part: der(tag, { content: bytes.subarray(start, end), width }), end };
  // What does not consist of elements is left as it is: nobody may ever look into it.
  const inside = readRow(bytes, start, end, depth + 1, false);
  const content = inside === undefined ? { content: bytes.subarray(start, end) } : { children: inside.parts };
  return { part: der(tag, { ...content, width }), end };
}

/** Elements up to `limit`, or up to the octets that close them. @param {Buffer} bytes @param {number} from @param {number} limit @param {number} depth @param {boolean} open @returns {{ parts: Part[], end: number } | undefined} */
function readRow(bytes, from, limit, depth, open) {
  /** @type {Part[]} */
  const parts = [];
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

/** Exactly one element. @param {Buffer} bytes */
export function readBer(bytes) {
  const item = readBerItem(bytes);
  return item?.end === bytes.length ? item.part : undefined;
}

/** Takes apart what stands in octet and bit strings too: extensions, signatures, a payload in pieces. @param {Part} part @returns {Part} */
function opened(part) {
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

/** Authenticator data by its fields; with a credential where it is an attestation's. @param {Buffer} data @param {boolean} attested @returns {Part[]} */
export function readAuthenticatorData(data, attested) {
  const idEnd = attested ? 55 + data.readUInt16BE(53) : 37;
  const fixed = (attested ? [0, 32, 33, 37, 53, 55, idEnd] : [0, 32, 33, 37]).flatMap((start, index, all) => {
    const end = all[index + 1];
    return end === undefined ? [] : [raw(data.subarray(start, end))];
  });
  for (let at = idEnd; at < data.length;) {
    const item = readCborItem(data, at);
    if (item === undefined) return [...fixed, raw(data.subarray(at))];
    fixed.push(item.part);
    at = item.end;
  }
  return fixed;
}

/** @param {Uint8Array} attestation */
export function treeOfAttestation(attestation) {
  return treeOfMap(attestation, (name, part) => {
    if (name === 'x5c')
      return { ...part, children: part.children?.map((each) => filled(each, [opened(ber(each))])) };
    if (name === 'authData') return filled(part, readAuthenticatorData(contentOf(part), true));
    return part;
  });
}

/** @param {Uint8Array} assertion */
export function treeOfAssertion(assertion) {
  return treeOfMap(assertion, (name, part) => {
    if (name === 'signature') return filled(part, [opened(ber(part))]);
    if (name === 'authenticatorData') return filled(part, readAuthenticatorData(contentOf(part), false));
    return part;
  });
}

/** Of a receipt, a certificate, an extension. @param {Uint8Array} bytes */
export function treeOfDer(bytes) {
  const part = readBer(Buffer.from(bytes));
  return checked(part === undefined ? undefined : opened(part), bytes);
}

/** @param {Uint8Array} bytes @param {(name: string, part: Part) => Part} open */
function treeOfMap(bytes, open) {
  /** @param {Part} part @returns {Part} */
  const inMap = (part) => {
    if (part.kind !== 'cbor' || part.major !== 5) return part;
    const children = part.children?.map((child, index, all) => {
      const key = index % 2 === 1 ? all[index - 1] : undefined;
      return key === undefined ? child : inMap(open(String(key.content), child));
    });
    return { ...part, children };
  };
  const part = readCbor(Buffer.from(bytes));
  return checked(part === undefined ? undefined : inMap(part), bytes);
}

/** What is taken apart wrongly is mutated wrongly. @param {Part | undefined} part @param {Uint8Array} bytes */
function checked(part, bytes) {
  if (part === undefined || !encode(part).equals(bytes))
    throw new Error('a genuine object cannot be taken apart');
  return row([part]);
}

/** @param {Part} part @param {readonly Part[]} children @returns {Part} */
function filled(part, children) {
  return { ...part, content: undefined, children };
}

/** @param {Part} part */
function contentOf(part) {
  return part.content ?? Buffer.alloc(0);
}

/** @param {Part} part */
function ber(part) {
  return readBer(contentOf(part)) ?? raw(contentOf(part));
}

/** The orders of the groups of P-256 and P-384 (SP 800-186 §3.2.1). */
const P256 = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const P384 =
  0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n;

/** The two numbers of a signature by ECDSA. @param {Part | undefined} part @returns {[bigint, bigint] | undefined} */
export function readSignature(part) {
  const numbers = part?.tag[0] === 0x30 && part.children?.length === 2 ? part.children : [];
  const [r, s] = numbers.map(({ tag, content }) =>
    tag[0] === 0x02 && content?.length ? BigInt(`0x${content.toString('hex')}`) : 0n,
  );
  return r && s ? [r, s] : undefined;
}

/** The same signature in its other form, r and n - s, which is as good to any verifier. @param {Part} part @returns {Part | undefined} */
export function otherForm(part) {
  const [r, s] = readSignature(part) ?? [];
  const [first] = part.children ?? [];
  if (r === undefined || s === undefined || first === undefined) return undefined;
  const order = r > P256 || s > P256 ? P384 : P256;
  const bytes = bigEndian(order - s, Math.ceil((order - s).toString(16).length / 2));
  const content = (bytes[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes;
  return { ...part, children: [first, der(0x02, { content })] };
}

/** Whether two signatures are one, in the same or in the other form. @param {Buffer} one @param {Buffer} other @returns {'same' | 'other form' | undefined} */
export function compareSignatures(one, other) {
  if (one.equals(other)) return 'same';
  const [a, b] = [one, other].map((bytes) => readSignature(readBer(bytes)));
  if (a === undefined || b === undefined || a[0] !== b[0]) return undefined;
  const sum = a[1] + b[1];
  return sum === P256 || sum === P384 ? 'other form' : undefined;
}
