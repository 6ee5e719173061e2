// @ts-check
// Why this exists: what RFC 7515 §4.1.9 says of `typ`, read once more and otherwise than the library reads it.

/** Values that are the type, and values that only look like it. @param {string} name */
export function typesLike(name) {
  return [
    { typ: name.toLowerCase() },
    { typ: `application/${name}` },
    { typ: `Application/${name.toUpperCase()}` },
    { typ: `application/application/${name}` },
    { typ: `text/${name}` },
    { typ: `${name};x` },
    { typ: `${name} ` },
    { typ: [name] },
    { typ: name.replace(/s/i, '\u017f') },
    { typ: name.replace(/j/i, '\uff2a') },
  ];
}

/**
 * Whether a `typ` is `JWT`, or another media type. Without the flag `u`, `i` takes no letter beyond ASCII for one of it
 * (ECMA-262, Canonicalize).
 *
 * @param {unknown} typ @param {string} name letters, `-` and `+`
 */
export function isTyp(typ, name) {
  const pattern = new RegExp(`^(?:application/)?${name.replaceAll('+', '\\+')}$`, 'i');
  return typeof typ === 'string' && pattern.test(typ);
}
