// Why this exists: JSON decides by its own members alone, and `__proto__` is a name like any other.

/** The member of an object itself, never an inherited one; undefined for anything else than an object. */
export function member(object: unknown, name: string): unknown {
  return isObject(object) && Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Whether a value that came from JSON is an object, and not a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return Object.prototype.toString.call(value) === '[object Object]';
}

/** The object in these bytes, strictly in UTF-8; undefined if there is none. */
export function readObject(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    const value: unknown = JSON.parse(decoder.decode(bytes));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
