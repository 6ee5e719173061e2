/** One way to do the work that is measured, `items.length` times. */
export interface Contender<Item> {
  readonly name: string;
  readonly run: (items: readonly Item[]) => void | Promise<void>;
}

/** What one contender took, in nanoseconds for each item, by round. */
export interface Timing {
  readonly name: string;
  readonly cpu: readonly number[];
  readonly wall: readonly number[];
}

/** How long to measure. */
export interface Effort {
  readonly rounds: number;
  /** Turns of each contender within a round. */
  readonly turns: number;
}

/** About how long one turn of one contender takes: short, so that a busy moment of the machine meets them all. */
const TURN_NS = 4e6;
const MOST_ITEMS = 1024;
/** Wall time that each contender is run for first, for the compiler and for those with a cache: services run for days. */
const WARM_UP_NS = 4e8;

/**
 * Measures contenders side by side: in each round all take their turns one after another, in changing order. The
 * items are made outside of the measured time. CPU time is that of the whole process, threads and garbage
 * collection included.
 */
export async function race<Item>(
  contenders: readonly Contender<Item>[],
  items: (count: number) => Item[],
  effort: Effort,
): Promise<Timing[]> {
  const entries = [];
  for (const contender of contenders) {
    for (let warm = 0; warm < WARM_UP_NS;) warm += (await turn(contender, items(MOST_ITEMS / 2))).wall;
    const { wall } = await turn(contender, items(MOST_ITEMS / 16));
    const count = Math.round((TURN_NS / wall) * (MOST_ITEMS / 16));
    entries.push({
      contender,
      count: Math.max(8, Math.min(MOST_ITEMS, count)),
      cpu: [] as number[],
      wall: [] as number[],
    });
  }
  for (let round = -1; round < effort.rounds; round += 1) {
    const sums = entries.map(() => ({ cpu: 0, wall: 0 }));
    for (let at = 0; at < effort.turns; at += 1) {
      for (const index of order(entries.length, round + at)) {
        const { contender, count } = entries[index] as (typeof entries)[number];
        const { cpu, wall } = await turn(contender, items(count));
        const sum = sums[index] as (typeof sums)[number];
        sum.cpu += cpu / count / effort.turns;
        sum.wall += wall / count / effort.turns;
      }
    }
    if (round < 0) continue; // the first round warms up
    for (const [index, entry] of entries.entries()) {
      entry.cpu.push(sums[index]?.cpu ?? 0);
      entry.wall.push(sums[index]?.wall ?? 0);
    }
  }
  return entries.map(({ contender, cpu, wall }) => ({ name: contender.name, cpu, wall }));
}

async function turn<Item>(
  { run }: Contender<Item>,
  items: readonly Item[],
): Promise<{ cpu: number; wall: number }> {
  const cpu = process.cpuUsage();
  const wall = process.hrtime.bigint();
  const running = run(items);
  if (running instanceof Promise) await running;
  const took = process.hrtime.bigint() - wall;
  const { user, system } = process.cpuUsage(cpu);
  return { cpu: (user + system) * 1000, wall: Number(took) };
}

/** Who goes when: everyone starts a turn once, and runs before and after each of the others. */
function order(length: number, turnNumber: number): number[] {
  const indices = Array.from({ length }, (_, index) => (((index + turnNumber) % length) + length) % length);
  return turnNumber % 2 === 0 ? indices : indices.toReversed();
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** How many times as fast one is as the other: the median over the rounds, each round compared with itself. */
export function timesAsFast(one: readonly number[], other: readonly number[]): number {
  return median(one.map((value, round) => (other[round] as number) / value));
}
