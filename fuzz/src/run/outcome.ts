// Why this exists: a run is counted in a worker and added up in the main thread.

/** A mutant that breaks a rule, with everything that is needed to verify it again. */
export interface Violation {
  /** The number of the mutant in its run, from 0. */
  readonly index: number;
  readonly mutator: string;
  readonly rule: string;
}

/** How the mutants of one mutator ended. */
interface Tally {
  refused: number;
  accepted: number;
}

/** What one run comes to, or several. */
export interface Outcome {
  /** What the mutants are made from. */
  about: string;
  count: number;
  /** By mutator. */
  readonly tallies: Record<string, Tally>;
  /** How often the verifier said each code; `accepted` is one of them. */
  readonly codes: Record<string, number>;
  /** How often a mutant was accepted for each reason. */
  readonly reasons: Record<string, number>;
  slowest: { readonly milliseconds: number; readonly mutator: string; readonly length: number };
  /** Mutants that took longer than 50 milliseconds. */
  over50: number;
  /** The first of those. */
  slow: Violation | undefined;
  /** The mutant at which the run stopped. */
  violation: Violation | undefined;
}

/** Nothing counted yet. */
export function emptyOutcome(about: string, mutators: readonly string[]): Outcome {
  return {
    about,
    count: 0,
    tallies: Object.fromEntries(mutators.map((name) => [name, { refused: 0, accepted: 0 }])),
    codes: {},
    reasons: {},
    slowest: { milliseconds: 0, mutator: '', length: 0 },
    over50: 0,
    slow: undefined,
    violation: undefined,
  };
}

/** Counts one mutant. */
export function countMutant(outcome: Outcome, mutator: string, code: string, why: string | undefined): void {
  const tally = (outcome.tallies[mutator] ??= { refused: 0, accepted: 0 });
  tally[code === 'accepted' ? 'accepted' : 'refused'] += 1;
  outcome.count += 1;
  outcome.codes[code] = (outcome.codes[code] ?? 0) + 1;
  if (why !== undefined) outcome.reasons[why] = (outcome.reasons[why] ?? 0) + 1;
}

/** Adds a further run to a total. */
export function addOutcome(total: Outcome, outcome: Outcome): void {
  total.about = outcome.about;
  total.count += outcome.count;
  total.over50 += outcome.over50;
  total.slow ??= outcome.slow;
  total.violation ??= outcome.violation;
  for (const name of ['codes', 'reasons'] as const)
    for (const [key, times] of Object.entries(outcome[name]))
      total[name][key] = (total[name][key] ?? 0) + times;
  for (const [name, { refused, accepted }] of Object.entries(outcome.tallies)) {
    const tally = (total.tallies[name] ??= { refused: 0, accepted: 0 });
    tally.refused += refused;
    tally.accepted += accepted;
  }
  if (outcome.slowest.milliseconds > total.slowest.milliseconds) total.slowest = outcome.slowest;
}
