// Why this exists: `typ` (RFC 7515 §4.1.9), read a second time and in another way than the library reads it.

/**
 * Whether a `typ` names this media type, with or without `application/`. Without the flag `u`, `i` takes no letter beyond
 * ASCII for one of the name (ECMA-262, Canonicalize). `name` consists of letters, `-` and `+`.
 */
export function isTyp(typ: unknown, name: string): boolean {
  const pattern = new RegExp(`^(?:application/)?${name.replaceAll('+', '\\+')}$`, 'i');
  return typeof typ === 'string' && pattern.test(typ);
}
