import { readJsonObject, type JsonObject } from './json.js';

/** The characters that structure JSON. */
const [QUOTE, COMMA, COLON, BACKSLASH] = [0x22, 0x2c, 0x3a, 0x5c];
const OPENING: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const CLOSING: ReadonlySet<number> = new Set([0x5d, 0x7d]);

/**
 * What a JSON text has too much of: members, counting those of all its objects together, or as many separators between
 * values, or levels. One pass over the bytes, before anything is made of them: to parse thousands of members costs a hundred
 * times what a genuine body does.
 *
 * @param bytes that need not be JSON: then it is the parser that refuses them
 */
export function excessOfJson(
  bytes: Uint8Array,
  maxMembers: number,
  maxDepth = 8,
): 'members' | 'depth' | undefined {
  let [members, separators, depth] = [0, 0, 0];
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) at = endOfText(bytes, at);
    else if (byte === COLON) members += 1;
    else if (byte === COMMA) separators += 1;
    else if (OPENING.has(byte)) depth += 1;
    else if (CLOSING.has(byte)) depth -= 1;
    if (members > maxMembers || separators > maxMembers) return 'members';
    if (depth > maxDepth) return 'depth';
  }
  return undefined;
}

/** Where the text that begins at `start` ends: at a quotation mark that no odd number of backslashes stands before. */
function endOfText(bytes: Uint8Array, start: number): number {
  for (let at = start + 1; ; at += 1) {
    at = bytes.indexOf(QUOTE, at);
    if (at < 0) return bytes.length;
    let before = at - 1;
    while (before > start && bytes[before] === BACKSLASH) before -= 1;
    if ((at - before) % 2 === 1) return at;
  }
}

/** Strings with the colon that makes them names, and what opens and closes. Of valid JSON nothing else is needed. */
const TOKENS = /("[^"\\]*(?:\\.[^"\\]*)*")([ \t\r\n]*:)?|[{}[\]]/g;

/**
 * Reads unsigned bytes as one JSON object in UTF-8. A name that occurs twice (RFC 8259 §4), under which two
 * readers may see two values, is refused at every depth, and so is what is nested deeper than `maxDepth`.
 */
export function readUnsignedJson(bytes: Uint8Array, maxDepth = 8): JsonObject | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const value = readJsonObject(buffer);
  if (value === undefined) return undefined;
  return ambiguities(buffer.toString('utf8'), maxDepth).next().done === true ? value : undefined;
}

/**
 * The first name that an object has twice, as the path of names to it, with empty ones for elements of a list. A value nested
 * deeper than `maxDepth` comes last, by its longer path.
 *
 * @param json valid
 */
export function* ambiguities(json: string, maxDepth: number): Generator<readonly string[], void> {
  const open: { name: string; readonly names: Set<string> }[] = [];
  const path = (): string[] => open.map(({ name }) => name);
  for (const [token, text, colon] of json.matchAll(TOKENS)) {
    const object = open.at(-1);
    if (text !== undefined) {
      if (colon === undefined || object === undefined) continue;
      object.name = text.includes('\\') ? (JSON.parse(text) as string) : text.slice(1, -1);
      if (object.names.has(object.name)) yield path();
      object.names.add(object.name);
    } else if (token === '{' || token === '[') {
      open.push({ name: '', names: new Set() });
      if (open.length > maxDepth) return void (yield path());
    } else {
      open.pop();
    }
  }
}
