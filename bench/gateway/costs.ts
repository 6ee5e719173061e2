import { median } from '../measure.js';
import { target, type Target } from '../targets.js';
import type { Measured } from './turns.js';

/** A table: the first row is what the others are compared with. */
export interface GatewaySuite {
  readonly name: string;
  readonly rows: readonly GatewayRow[];
}

interface GatewayRow {
  readonly name: string;
  /** Its CPU time by that of the first row, without `guard.check`: the median over the rounds. */
  readonly timesFirst: number;
  /** Medians over the rounds, in microseconds for each request. */
  readonly micros: number;
  /** Of them, `guard.check`. */
  readonly checkMicros: number;
  readonly perSecond: number;
}

export function costSuite(name: string, measured: readonly Measured[]): GatewaySuite {
  const [first] = measured as [Measured];
  const rows = measured.map((each) => ({
    name: each.name,
    timesFirst: timesAsMuch(each, first),
    micros: median(each.cpu),
    checkMicros: median(each.check),
    perSecond: 1e6 / median(each.wall),
  }));
  return { name, rows };
}

/** How much of the cost of one another one may be, without `guard.check`. */
export function costTarget(
  what: string,
  measured: readonly Measured[],
  one: string,
  other: string,
  atLeast: number,
): Target {
  const of = (name: string): Measured => measured.find((each) => each.name === name) as Measured;
  return target(`${what}: CPU of ${other} / ${one}`, atLeast, 1 / timesAsMuch(of(one), of(other)));
}

function timesAsMuch(one: Measured, other: Measured): number {
  const [own, others] = [withoutCheck(one), withoutCheck(other)];
  return median(own.map((micros, round) => micros / (others[round] as number)));
}

function withoutCheck({ cpu, check }: Measured): number[] {
  return cpu.map((micros, round) => micros - (check[round] as number));
}
