/** What happens to a request that does not meet the demands: from 0 (`open`: there are none) to 1 (all are refused). */
export type Enforced = number;

/**
 * What a route asks, so that two can be compared: clauses of which all have to be met, each by any of its members. A clause
 * such as `['approov', 'session']` is met by either kind; one of an option names it with its value: `['binding=authorization']`.
 */
export interface Demands {
  readonly enforced: Enforced;
  readonly clauses: readonly (readonly string[])[];
}

export const OPEN: Demands = { enforced: 0, clauses: [] };

/** Whether every request that meets `one` meets `other` too, and no more of those that fail are let through. */
export function isAtLeast(one: Demands, other: Demands): boolean {
  if (one.enforced < other.enforced) return false;
  return other.clauses.every((clause) =>
    one.clauses.some((own) => own.every((member) => clause.includes(member))),
  );
}

/** The one that is at least as strict as all others; undefined if they cannot be ordered. */
export function strictestOf<T extends { readonly demands: Demands }>(rules: readonly T[]): T | undefined {
  return rules.find((rule) => rules.every((other) => isAtLeast(rule.demands, other.demands)));
}
