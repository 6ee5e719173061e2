// @ts-check
// How a regular expression can be wrong: an anchor that is missing, a length that is off by one, a class turned round.

/** Each change: what it finds in the source of the expression, and what it writes there. @type {readonly [RegExp, (found: RegExpMatchArray) => string][]} */
const CHANGES = [
  [/^\^/, () => ''],
  [/(?<!\\)\$$/, () => ''],
  [/(?<=[^\\|(])\+/, () => '*'],
  [/(?<=[^\\|(])\*/, () => '+'],
  [/\{(\d+)\}/, ([, length]) => `{${Number(length) + 1}}`],
  [/\{(\d+),(\d+)\}/, ([, from, to]) => `{${from},${Number(to) + 1}}`],
  [/\{(\d+),(\d*)\}/, ([, from, to]) => `{${Number(from) + 1},${to}}`],
  [/\[\^/, () => '['],
  [/\[(?!\^)/, () => '[^'],
  [/\\d/, () => '\\D'],
  [/\\w/, () => '\\W'],
  [/\\s/, () => '\\S'],
];

/** Whether the engine can read the expression. @param {string} pattern @param {string} flags */
function isReadable(pattern, flags) {
  try {
    return new RegExp(pattern, flags) instanceof RegExp;
  } catch {
    return false;
  }
}

/**
 * The expressions that differ from this one in a single place.
 *
 * @param {{ pattern: string, flags: string }} expression @returns {string[]}
 */
export function changedPatterns({ pattern, flags }) {
  const changed = CHANGES.flatMap(([found, write]) => {
    const match = pattern.match(found);
    if (match?.index === undefined) return [];
    const rest = pattern.slice(match.index + match[0].length);
    return [`${pattern.slice(0, match.index)}${write(match)}${rest}`];
  });
  const texts = changed.filter((text) => text !== '' && isReadable(text, flags));
  const withFlags = texts.map((text) => `/${text}/${flags}`);
  return flags.includes('i') ? [...withFlags, `/${pattern}/${flags.replace('i', '')}`] : withFlags;
}
