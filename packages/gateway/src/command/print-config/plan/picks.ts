import type { GatewayRule } from '../../../config/compose.js';
import type { liveOf } from '../../../live.js';
import { isAtLeast } from '../../../routes/strictness.js';
import { isNarrower } from '../../../routes/table.js';
import type { OnProblem } from './proxy.js';
import { requestsOf, type Requests } from './requests.js';
import type { PlannedUpstream } from './upstreams.js';

/** The requests of one route, and their upstream. */
export interface Pick extends Requests {
  readonly upstream: PlannedUpstream;
}

/** The routes in an order in which the first one that matches is the one that the gateway takes; none if there is one upstream. */
export function picksOf(
  live: ReturnType<typeof liveOf>,
  upstreams: readonly PlannedUpstream[],
  onProblem: OnProblem,
): readonly Pick[] {
  const { rules, fallback } = live;
  if (new Set([...rules, fallback].map(({ upstream }) => upstream)).size < 2) return [];
  // Two that share requests ask the same; or one is stricter, and it is stricter than more routes.
  const below = (rule: GatewayRule): number =>
    rules.filter((other) => isAtLeast(rule.demands, other.demands)).length;
  const ordered = rules.toSorted(
    (one, other) =>
      below(other) - below(one) || Number(isNarrower(other, one)) - Number(isNarrower(one, other)),
  );
  return ordered.flatMap((rule) => {
    const upstream = upstreams.find(({ name }) => name === rule.upstream);
    return upstream === undefined ? [] : [{ ...requestsOf(rule, live, onProblem), upstream }];
  });
}
