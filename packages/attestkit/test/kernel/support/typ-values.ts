/** Ways in which RFC 7515 §4.1.9 lets a header write one media type. */
export function sameType(name: string): readonly string[] {
  const mixed = name.charAt(0).toUpperCase() + name.slice(1).toLowerCase();
  const forms = [name, name.toLowerCase(), name.toUpperCase(), mixed];
  return [...forms, `application/${name.toLowerCase()}`, `Application/${name}`, `APPLICATION/${mixed}`];
}

/** Values of `typ` that look like the type and are another, or none at all. */
export function otherTypes(name: string): readonly unknown[] {
  const [first = '', ...rest] = name.toLowerCase();
  return [
    '',
    `${name} `,
    ` ${name}`,
    `${name}\n`,
    `${name}\0`,
    `${name};x`,
    `${name};charset=utf-8`,
    `application/${name};x=y`,
    `application/application/${name}`,
    `application//${name}`,
    `application/ ${name}`,
    `application/${name}/`,
    `/${name}`,
    `${name}/`,
    `text/${name}`,
    `x-application/${name}`,
    `application\\${name}`,
    `"${name}"`,
    `${name},${name}`,
    `at+${name}`,
    `${name}+jwt`,
    'application/',
    'application',
    [name],
    [[name]],
    { typ: name },
    { toString: name },
    null,
    true,
    0,
    // Letters that upper or lower case, or a normal form, takes for those of ASCII.
    name.replace(/s/i, '\u017f'),
    name.replace(/j/i, '\uff4a'),
    name.replace(/i/i, '\u0131'),
    name.replace(/i/i, '\u0130'),
    name.replace(/k/i, '\u212a'),
    `appl\u0131cation/${name}`,
    `appl\u0130cation/${name}`,
    `${String.fromCodePoint(first.charCodeAt(0) + 0xfee0)}${rest.join('')}`,
    `${name}\u200b`,
    `\ufeff${name}`,
    `${name}\u0301`,
  ].filter((typ) => typ !== name);
}
