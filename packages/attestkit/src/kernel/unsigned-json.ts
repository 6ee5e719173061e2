import { readJsonObject, type JsonObject } from './json.js';

/** Strings with the colon that makes them names, and what opens and closes. Of valid JSON nothing else is needed. */
const TOKENS = /("[^"\\]*(?:\\.[^"\\]*)*")([ \t\r\n]*:)?|[{}[\]]/g;

/**
 * Reads bytes that nobody signed as one JSON object in UTF-8. A name that occurs twice (RFC 8259 §4), under which two
 * readers may see two values, is refused at every depth, and so is what is nested deeper than `maxDepth`.
 */
export function readUnsignedJson(bytes: Uint8Array, maxDepth = 8): JsonObject | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const value = readJsonObject(buffer);
  if (value === undefined) return undefined;
  return ambiguities(buffer.toString('utf8'), maxDepth).next().done === true ? value : undefined;
}

/**
 * Where an object has a name another time: the path of names to it, with empty ones for what is in a list. What is nested
 * deeper than `maxDepth` is the last that is given, by its longer path.
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
