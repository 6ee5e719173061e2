/** Letters that may be added, left out or changed. */
const MOST = 2;

/** `; did you mean --config?` if one of the names is close to the word, else nothing. */
export function meant(word: string, names: readonly string[]): string {
  const name = closest(word, names);
  return name === undefined ? '' : `; did you mean ${name}?`;
}

/** The name that is the closest to a word, if one is close. */
export function closest(word: string, names: readonly string[]): string | undefined {
  const close = names
    .map((name) => ({ name, changes: distance(word, name) }))
    .filter(({ changes }) => changes <= MOST)
    .toSorted((one, other) => one.changes - other.changes);
  return close[0]?.name;
}

/** How many letters differ; words of very different lengths are not compared. */
function distance(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > MOST) return MOST + 1;
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [at, letter] of [...one].entries()) {
    const next = [at + 1];
    for (const [to, wanted] of [...other].entries())
      next.push(
        Math.min(
          (row[to] as number) + (letter === wanted ? 0 : 1),
          (row[to + 1] as number) + 1,
          (next[to] as number) + 1,
        ),
      );
    row = next;
  }
  return row.at(-1) as number;
}
