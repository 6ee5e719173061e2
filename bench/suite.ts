import { median, timesAsFast, type Timing } from './measure.js';
import { target, type Target } from './targets.js';

/** One table: everybody at one kind of work, compared with the first of them. */
export interface Suite {
  readonly name: string;
  readonly rows: readonly SuiteRow[];
}

interface SuiteRow {
  readonly name: string;
  /** How many times as fast as the first row, by CPU time. */
  readonly timesFirst: number;
  /** Medians over the rounds. */
  readonly cpuNs: number;
  readonly wallNs: number;
}

/** What was measured of one subject, and how that compares with what was set out to be reached. */
export interface SuiteReport {
  readonly suites: readonly Suite[];
  readonly targets: readonly Target[];
}

export function suite(name: string, timings: readonly Timing[]): Suite {
  const [first] = timings;
  const rows = timings.map((each) => ({
    name: each.name,
    timesFirst: timesAsFast(each.cpu, (first ?? each).cpu),
    cpuNs: median(each.cpu),
    wallNs: median(each.wall),
  }));
  return { name, rows };
}

/** What one row is to reach beside another, by CPU time; nothing where one of them did not run. */
export function comparing(
  what: string,
  timings: readonly Timing[],
): (one: string, other: string, atLeast: number) => Target[] {
  const cpuOf = (name: string): readonly number[] | undefined =>
    timings.find((each) => each.name === name)?.cpu;
  return (one, other, atLeast) => {
    const [ours, theirs] = [cpuOf(one), cpuOf(other)];
    if (ours === undefined || theirs === undefined) return [];
    return [target(`${what}: ${one} / ${other}`, atLeast, timesAsFast(ours, theirs))];
  };
}
