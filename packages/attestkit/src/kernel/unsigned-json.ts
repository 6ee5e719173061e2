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
  return value === undefined || isAmbiguous(buffer.toString('utf8'), maxDepth) ? undefined : value;
}

function isAmbiguous(json: string, maxDepth: number): boolean {
  const open: Set<string>[] = [];
  for (const [token, text, colon] of json.matchAll(TOKENS)) {
    if (text !== undefined) {
      if (colon === undefined) continue;
      const names = open.at(-1) as Set<string>;
      const name = JSON.parse(text) as string;
      if (names.has(name)) return true;
      names.add(name);
    } else if (token === '{' || token === '[') {
      if (open.push(new Set()) > maxDepth) return true;
    } else {
      open.pop();
    }
  }
  return false;
}
