import { isAscii, isUtf8 } from 'node:buffer';
import type { JsonObject } from '../../ports/json.js';

export type { JsonObject };

/**
 * Reads bytes as one JSON object in UTF-8 (RFC 8259), or gives undefined. Of a name that occurs twice the last
 * one counts, as RFC 7519 §4 allows for signed claims and RFC 7517 §4 for keys: do not use it for other unsigned input.
 */
export function readJsonObject(bytes: Buffer): JsonObject | undefined {
  const text = isAscii(bytes) ? bytes.toString('latin1') : isUtf8(bytes) ? bytes.toString('utf8') : undefined;
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Makes a parsed value unchangeable in all its depth, so that it can be shared between requests. */
export function freezeJson<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const name in value) freezeJson(value[name]);
  return Object.freeze(value);
}
