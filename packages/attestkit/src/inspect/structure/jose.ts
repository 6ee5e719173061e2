import { readJson } from './json.js';
import { bytesNode, hexOf, textOf, type Draft, type Sheet } from './sheet.js';

/** The segments of a signed token (RFC 7515 §7.1) and of an encrypted one (RFC 7516 §7.1). */
const JWS = ['header', 'payload', 'signature'] as const;
const JWE = ['header', 'encrypted key', 'initialization vector', 'ciphertext', 'authentication tag'] as const;

/** Segments with JSON in them. */
const OPEN: readonly string[] = ['header', 'payload'];

const DOT = 0x2e;

/** By their number; four are one too many. */
const SEGMENTS: Readonly<Record<number, string>> = { 1: 'one segment', 2: 'two segments' };

type TokenForm = 'jws' | 'jwe';

/** By the number of segments; all but five are shown as a signed one. */
export function formOf(token: string): TokenForm {
  return token.split('.', 6).length === JWE.length ? 'jwe' : 'jws';
}

/** Reads a token: each segment, and the members of its JSON at the characters that encode them. */
export function readTokenPart(sheet: Sheet, form: TokenForm): Draft | undefined {
  const { bytes } = sheet;
  const names = form === 'jws' ? JWS : JWE;
  const root = sheet.node(0, bytes.length, form === 'jws' ? 'JWS' : 'JWE');
  if (root === undefined) return undefined;
  const count = bytes.toString('latin1').split('.', names.length + 1).length;
  if (count !== names.length)
    sheet.note(`it has ${SEGMENTS[count] ?? 'too many segments'}; a signed token has three`);
  let from = 0;
  for (const [at, name] of names.slice(0, count).entries()) {
    const dot = bytes.indexOf(DOT, from);
    // The last one has all that follows, so that nothing is left out.
    const to = dot < 0 || at === names.length - 1 ? bytes.length : dot;
    const segment = readSegment(sheet, from, to, name);
    if (segment !== undefined) root.children.push(segment);
    from = to + 1;
  }
  return root;
}

function readSegment(sheet: Sheet, from: number, to: number, name: string): Draft | undefined {
  const characters = sheet.bytes.toString('latin1', from, to);
  const foreign = characters.search(/[^A-Za-z0-9_-]/);
  if (foreign >= 0) sheet.note(`the ${name} is not base64url at ${from + foreign}`);
  const decoded = Buffer.from(foreign < 0 ? characters : characters.slice(0, foreign), 'base64url');
  if (!OPEN.includes(name)) {
    const node = bytesNode(sheet, from, to, 'base64url');
    if (node === undefined) return undefined;
    return Object.assign(node, { label: name, value: hexOf(decoded), meaning: `${decoded.length} bytes` });
  }
  const segment = sheet.node(from, to - from, 'base64url');
  if (segment === undefined) return undefined;
  segment.label = name;
  if (!/^\s*[{["]/.test(decoded.subarray(0, 64).toString('latin1'))) {
    sheet.note(`the ${name} at ${from} is not JSON`);
    segment.value = decoded.length === 0 ? textOf(Buffer.from(characters)) : hexOf(decoded);
    return segment;
  }
  // Six bits a character: members stay in their order, and do not overlap, since a character separates them.
  const place = {
    begin: (at: number): number => Math.min(to, from + Math.floor((at * 8) / 6)),
    end: (at: number): number => Math.min(to, from + Math.ceil((at * 8) / 6)),
  };
  const json = readJson(sheet, decoded.toString('latin1'), place);
  if (json?.type === 'object') segment.children.push(...json.children);
  else if (json !== undefined) segment.children.push(json);
  segment.meaning = json?.type === 'object' ? 'JSON object' : undefined;
  return segment;
}
