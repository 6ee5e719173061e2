// @ts-check
import { describe, expect, it } from 'vitest';
import { outdated, setApart } from '../harmless.js';
import { findMutants } from '../mutants/find.js';
import { sample } from '../mutants/sample.js';

const MANY = Array.from({ length: 100 }, (_, at) => ({
  at,
  file: at < 90 ? 'long.ts' : at < 99 ? 'short.ts' : 'one.ts',
  kind: at % 10 === 0 ? 'rare' : 'common',
}));

describe('sample', () => {
  it('is the same for the same seed', () => {
    const first = sample(MANY, { size: 20, seed: 1 });
    expect(sample(MANY, { size: 20, seed: 1 })).toEqual(first);
    expect(sample(MANY, { size: 20, seed: 2 })).not.toEqual(first);
  });

  it('has the size, each file, both kinds, and no mutant twice', () => {
    const chosen = sample(MANY, { size: 20, seed: 3 });
    expect(new Set(chosen.map(({ at }) => at)).size).toBe(20);
    expect(new Set(chosen.map(({ file }) => file))).toEqual(new Set(['long.ts', 'short.ts', 'one.ts']));
    expect(chosen.filter(({ kind }) => kind === 'rare').length).toBeGreaterThan(5);
  });

  it('is everything if there is no more', () => {
    expect(sample(MANY, { size: 100, seed: 1 })).toEqual(MANY);
  });
});

describe('harmless mutants', () => {
  const mutants = findMutants('a.ts', 'const x = a < b;\n');
  const entry = { file: 'a.ts', source: 'const x = a < b;', change: 'a < b => (a) <= (b)', reason: '-' };

  it('are set apart, on whichever line they stand', () => {
    const moved = findMutants('a.ts', '// a line more\nconst x = a < b;\n');
    expect(setApart(mutants, [entry]).harmless.map(({ to }) => to)).toEqual(['(a) <= (b)']);
    expect(setApart(moved, [entry]).harmless.map(({ to }) => to)).toEqual(['(a) <= (b)']);
    expect(setApart(mutants, [entry]).counted.map(({ to }) => to)).toEqual(['(a) >= (b)']);
  });

  it('are those of the same file, line and change', () => {
    for (const other of [{ file: 'b.ts' }, { source: 'const y = a < b;' }, { change: 'a < b => b' }]) {
      expect(setApart(mutants, [{ ...entry, ...other }]).harmless).toEqual([]);
      expect(outdated(mutants, [{ ...entry, ...other }])).toHaveLength(1);
    }
    expect(outdated(mutants, [entry])).toEqual([]);
  });
});
