// @ts-check
// Why this exists: a misspelt name should cost a reader one look. Every command of this repository asks this for the name that
// was meant. It is JavaScript, since some commands run before anything is built.

/** Changes of one letter by which a word may differ from the one that was meant. */
const MOST = 2;

/**
 * Says that there is no such name, and which one was most likely meant. A name with parts (`test:docs`) is also known by its
 * last part.
 *
 * @param {string} what the names are of: `framework`
 * @param {string} word
 * @param {readonly string[]} names
 * @returns {string}
 */
export function noSuch(what, word, names) {
  const close = names
    .map((name) => ({ name, changes: changesTo(word, name) }))
    .filter(({ changes }) => changes <= MOST)
    .toSorted((one, other) => one.changes - other.changes);
  const [meant] = close;
  const question = meant === undefined ? '' : ` Did you mean ${meant.name}?`;
  return `There is no ${what} ${word}.${question}`;
}

/** @param {string} word @param {string} name @returns {number} */
function changesTo(word, name) {
  const lastPart = name.split(/[:/]/).at(-1) ?? name;
  return Math.min(distance(word, name), distance(word, lastPart));
}

/**
 * How many letters have to be added, left out or changed. Words of very different lengths are not compared.
 *
 * @param {string} one @param {string} other @returns {number}
 */
function distance(one, other) {
  if (Math.abs(one.length - other.length) > MOST) return MOST + 1;
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [at, letter] of [...one].entries()) {
    const next = [at + 1];
    for (let to = 1; to <= other.length; to += 1) {
      const changed = (row[to - 1] ?? 0) + (letter === other[to - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
