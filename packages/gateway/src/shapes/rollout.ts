/** What enforcing would refuse, and of whom it looks to be. */
export type RolloutClass = 'our-app' | 'old-version' | 'unknown-origin' | 'broken' | 'unchecked';

/** One route in `GET /api/rollout`, over the last seven days. */
export interface RolloutRoute {
  readonly route: string;
  /** As it is configured: `report`, `enforce`, `25%`. */
  readonly enforcement: string;
  readonly days: number;
  /** Since when it is counted, if that is less than `days` ago. */
  readonly since: number;
  /** What the numbers below are of: devices that hashes tell apart, or requests if there are no hashes. */
  readonly counted: 'devices' | 'requests';
  /** Whether the numbers are estimates from a sample. */
  readonly estimated: boolean;
  /** All that were seen. */
  readonly seen: number;
  /** Those of which enforcing would refuse at least one request. */
  readonly refused: number;
  readonly classes: readonly {
    readonly class: RolloutClass;
    readonly count: number;
    readonly versions: readonly { readonly version: string | null; readonly count: number }[];
    readonly codes: readonly { readonly code: string; readonly says: string; readonly count: number }[];
  }[];
  /** What to do now. */
  readonly advice: {
    readonly action: 'enforce' | 'share' | 'wait' | 'repair' | 'no-data';
    /** With its numbers: `Enforcing would refuse 0.4 % of the devices seen in 7 days; 93 % of these have version 3.1.` */
    readonly says: string;
    /** The share of clients to enforce for next, in percent; null if the advice is not to enforce. */
    readonly share: number | null;
  };
}

export interface Rollout {
  readonly at: number;
  readonly routes: readonly RolloutRoute[];
  /** Whether the configuration names a sign of the app and its first version with evidence. */
  readonly hasSign: boolean;
  readonly hasSince: boolean;
}
