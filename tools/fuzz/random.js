// @ts-check
// Why this exists: the fuzzer's choices must follow from its seed alone, so that a finding can be made again.
// `Math.random` cannot be seeded. This is a 32-bit generator (splitmix32), good enough to choose with and nothing else.

/** @typedef {ReturnType<typeof createRandom>} Random */

/** @param {number} seed */
export function createRandom(seed) {
  let state = seed >>> 0;

  /** A whole number from 0 to 2^32 - 1. */
  function next() {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  }

  /** A whole number from 0 to `limit` - 1. @param {number} limit */
  const below = (limit) => next() % limit;

  return {
    below,
    /** @template T @param {readonly T[]} list @returns {T} */
    pick: (list) => /** @type {T} */ (list[below(list.length)]),
    /** True once in `times`. @param {number} times */
    oneIn: (times) => below(times) === 0,
    /** @param {number} length */
    bytes: (length) => Buffer.from(Array.from({ length }, () => below(256))),
  };
}
