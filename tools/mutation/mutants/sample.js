// @ts-check
// A sample that is the same for the same seed, and that is spread over the files and over the kinds of change.

/** Numbers from 0 to 1 that the seed decides (mulberry32, public domain). @param {number} seed */
function numbersFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @template T @param {readonly T[]} values @param {(value: T) => string} nameOf @returns {T[][]} */
function grouped(values, nameOf) {
  /** @type {Map<string, T[]>} */
  const groups = new Map();
  for (const value of values) groups.set(nameOf(value), [...(groups.get(nameOf(value)) ?? []), value]);
  return [...groups.values()];
}

/** One of each group, then the next of each. @template T @param {readonly T[][]} groups @returns {T[]} */
function inTurns(groups) {
  const longest = Math.max(0, ...groups.map(({ length }) => length));
  return Array.from({ length: longest }, (_, turn) =>
    groups.flatMap((group) => group.slice(turn, turn + 1)),
  ).flat();
}

/**
 * @template {{ file: string, kind: string }} T
 * @param {readonly T[]} mutants @param {{ size: number, seed: number }} options @returns {T[]} in the order of `mutants`
 */
export function sample(mutants, { size, seed }) {
  if (mutants.length <= size) return [...mutants];
  const random = numbersFrom(seed);
  const shuffled = mutants
    .map((mutant) => ({ mutant, place: random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ mutant }) => mutant);
  // A file has as many as its share, and at least one; what is left over goes to the files in turns.
  const files = grouped(shuffled, ({ file }) => file).map((own) => inTurns(grouped(own, ({ kind }) => kind)));
  const shares = files.map((own) =>
    own.slice(0, Math.max(1, Math.floor((own.length / mutants.length) * size))),
  );
  const rest = inTurns(files.map((own, index) => own.slice(shares[index]?.length)));
  const chosen = new Set([...shares.flat(), ...rest].slice(0, size));
  return mutants.filter((mutant) => chosen.has(mutant));
}
