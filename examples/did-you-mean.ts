/** Changes of one letter by which a word may differ from the one that was meant. */
const MOST = 2;

/**
 * Says that a word is none of the names, and which of them was most likely meant.
 *
 * @param what the names are of: `framework`
 */
export function noSuch(what: string, word: string, names: readonly string[]): string {
  const close = names
    .map((name) => [name, distance(word, name)] as const)
    .filter(([, changes]) => changes <= MOST)
    .toSorted(([, one], [, other]) => one - other);
  const [meant] = close[0] ?? [];
  const question = meant === undefined ? '' : ` Did you mean ${meant}?`;
  return `There is no ${what} ${word}.${question}`;
}

/** How many letters have to be added, left out or changed; no words that are long are compared. */
function distance(one: string, other: string): number {
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
