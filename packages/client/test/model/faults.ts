import type { Random } from './random.js';

/** What can go wrong, by what it happens to. */
export const FAULTS = {
  network: [
    'request lost',
    'answer lost',
    'delivered twice',
    'slow',
    'page of a hotel',
    'gateway 502',
    'limited 429',
    'overloaded 503',
    'redirected elsewhere',
    'refused by a proxy',
  ],
  platform: [
    'platform busy',
    'platform unknown error',
    'key lost',
    'key not attested',
    'all keys lost',
    'user must act',
  ],
  storage: [
    'read fails',
    'write fails',
    'value lost',
    'value garbled',
    'reinstalled',
    'killed before',
    'killed after',
  ],
  world: [
    'wall clock forward',
    'wall clock back',
    'long pause',
    'server restarts',
    'secret rotated',
    'old secret dropped',
    'store lost',
    'device blocked',
    'other user',
    'second process',
  ],
} as const;

export type FaultName = (typeof FAULTS)[keyof typeof FAULTS][number];

export const ALL_FAULTS: readonly FaultName[] = Object.values(FAULTS).flat();

/** Faults of which the second has to meet what the first left behind. */
const RARE: readonly FaultName[] = ['answer lost', 'refused by a proxy'];

/** How often each fault happened, and each one after each other one in a world. */
export class FaultCounts {
  readonly single = new Map<FaultName, number>();
  readonly pairs = new Map<string, number>();
  readonly #inWorld = new Set<FaultName>();

  add(fault: FaultName): void {
    this.single.set(fault, (this.single.get(fault) ?? 0) + 1);
    for (const before of this.#inWorld) {
      const pair = [before, fault].toSorted().join(' + ');
      this.pairs.set(pair, (this.pairs.get(pair) ?? 0) + 1);
    }
    this.#inWorld.add(fault);
  }

  endWorld(): void {
    this.#inWorld.clear();
  }
}

/** All pairs of two faults, and each with itself. */
export const ALL_PAIRS: readonly (readonly [FaultName, FaultName])[] = ALL_FAULTS.flatMap((one, at) =>
  ALL_FAULTS.slice(at).map((other) => [one, other] as const),
);

/** Faults that are armed in a world: a few kinds, each with a probability for each occasion. */
export class Armed {
  readonly #random: Random;
  readonly #counts: FaultCounts;
  /** What has happened in this world so far. */
  readonly fired = new Set<FaultName>();
  #probabilities = new Map<FaultName, number>();

  /** @param pair that is armed in any case */
  constructor(random: Random, counts: FaultCounts, pair: readonly FaultName[], most: number) {
    this.#random = random;
    this.#counts = counts;
    const count = 1 + random.below(most);
    for (let at = 0; at < count; at += 1)
      this.#arm(random.pick(ALL_FAULTS), random.pick([0.05, 0.15, 0.4, 1]));
    for (const fault of pair) this.#arm(fault, fault.startsWith('key ') ? 0.5 : 0.15);
    // Together they reach the rows of a pending key.
    if (random.chance(0.1)) for (const fault of RARE) this.#probabilities.set(fault, 0.4);
  }

  /** What can happen at every await would else end all that might go on. */
  #arm(fault: FaultName, probability: number): void {
    const perAwait = fault.startsWith('killed') ? 0.15 : 1;
    this.#probabilities.set(fault, probability * perAwait);
  }

  /** Whether the fault happens now; it counts if it does. */
  fires(fault: FaultName): boolean {
    const probability = this.#probabilities.get(fault);
    if (probability === undefined || !this.#random.chance(probability)) return false;
    this.#counts.add(fault);
    this.fired.add(fault);
    return true;
  }

  stop(): void {
    this.#probabilities = new Map();
  }
}
