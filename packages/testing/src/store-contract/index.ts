import { claimRules } from './claims.js';
import { counterRules } from './counters.js';
import { recordRules } from './records.js';
import type { StoreRule } from './rule.js';
import { windowRules } from './windows.js';

export type { StoreRule, StoreSubject } from './rule.js';

/**
 * What a store has to do (the type `Store` of attestkit), one rule at a time and for any test runner:
 *
 * ```ts
 * for (const { name, run } of STORE_CONTRACT) test(name, () => run({ store }));
 * ```
 *
 * A rule that does not hold rejects. Rules use keys of their own, so they may share a store and run at once. They begin
 * up to 200 operations at a time from one process; a store for several processes has to be tried with several besides.
 */
export const STORE_CONTRACT: readonly StoreRule[] = [
  ...claimRules,
  ...counterRules,
  ...windowRules,
  ...recordRules,
];
