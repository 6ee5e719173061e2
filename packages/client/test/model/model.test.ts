import { expect, it } from 'vitest';
import { ALL_FAULTS, ALL_PAIRS } from './faults.js';
import { cellsOfTable, runModel } from './run.js';

const EPISODES = Number(process.env['ATTESTKIT_MODEL_EPISODES'] ?? 3000);
const SEED = Number(process.env['ATTESTKIT_MODEL_SEED'] ?? 1);

it(
  'ends every episode, within its bounds, and accepts every genuine phone again',
  { timeout: 7_200_000 },
  async () => {
    const report = await runModel(SEED, EPISODES);
    const { episodes, worlds, faults, cells, endings } = report;
    const missed = cellsOfTable().filter((cell) => !cells.has(cell));
    const rarest = (counts: ReadonlyMap<string, number>): string =>
      [...counts].toSorted(([, one], [, other]) => one - other)[0]?.join(' ') ?? 'none';
    process.stdout.write(
      [
        `model: ${episodes} episodes in ${worlds} worlds, seeds from ${SEED}`,
        `endings: ${[...endings].map(([ending, times]) => `${ending} ${times}`).join(', ')}`,
        `faults: ${faults.single.size} of ${ALL_FAULTS.length}, the rarest ${rarest(faults.single)} times; ${faults.pairs.size} pairs, the rarest ${rarest(faults.pairs)} times`,
        `cells: ${cells.size}; not reached: ${missed.join(', ') || 'none'}`,
      ].join('\n') + '\n',
    );
    expect(episodes).toBeGreaterThanOrEqual(EPISODES);
    if (EPISODES >= 3000) expect(faults.single.size).toBe(ALL_FAULTS.length);
    if (EPISODES < 100_000) return;
    expect(missed).toEqual([]);
    expect(faults.pairs.size).toBe(ALL_PAIRS.length);
    for (const [pair, times] of faults.pairs) expect([pair, times >= 100]).toEqual([pair, true]);
  },
);
