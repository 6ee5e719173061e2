// Why this exists: RFC 7515 §4.1.9 lets `typ` be written in several ways, and some others only look like them.

/** Header members that name the type, and some that only look like it. */
export function typesLike(name: string): { readonly typ: unknown }[] {
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
