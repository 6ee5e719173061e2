// Why this exists: the fuzzer's choices must follow from its seed alone, so that a finding can be made again.
// `Math.random` cannot be seeded. This is a 32-bit generator (splitmix32): good enough to choose with, and for nothing else.

/** Choices that follow from a seed. */
export interface Random {
  /** A whole number from 0 to `limit` - 1. */
  readonly below: (limit: number) => number;
  /** One of the list; undefined if it is empty. */
  readonly pick: <T>(list: readonly T[]) => T;
  /** True once in `times`. */
  readonly oneIn: (times: number) => boolean;
  readonly bytes: (length: number) => Buffer;
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;

  /** A whole number from 0 to 2^32 - 1. */
  function next(): number {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  }

  const below = (limit: number): number => next() % limit;

  return {
    below,
    pick: <T>(list: readonly T[]): T => list[below(list.length)] as T,
    oneIn: (times) => below(times) === 0,
    bytes: (length) => Buffer.from(Array.from({ length }, () => below(256))),
  };
}
