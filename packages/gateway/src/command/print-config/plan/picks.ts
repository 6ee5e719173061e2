import type { GatewayRule } from '../../../config/compose.js';
import type { liveOf } from '../../../live.js';
import { isAtLeast } from '../../../routes/strictness.js';
import { isNarrower } from '../../../routes/table.js';
import { requestsOf, type Requests } from './requests.js';
import type { PlannedUpstream } from './upstreams.js';

/** The requests of one route, and their upstream. */
export interface Pick extends Requests {
  readonly upstream: PlannedUpstream;
}

/**
 * The routes in an order in which the first one that matches is the one that the gateway takes; none if there is one upstream. A path that is
 * written otherwise than an open or weaker route's may go to the upstream of a route that asks for less than the one that decided.
 */
export function picksOf(
  { rules, fallback }: ReturnType<typeof liveOf>,
  upstreams: readonly PlannedUpstream[],
): readonly Pick[] {
  if (new Set([...rules, fallback].map(({ upstream }) => upstream)).size < 2) return [];
  // Two that share requests ask the same; or one is stricter, and it is stricter than more routes.
  const below = (rule: GatewayRule): number =>
    rules.filter((other) => isAtLeast(rule.demands, other.demands)).length;
  const matches = rules.flatMap((rule) => {
    const isLiberal = isAtLeast(rule.demands, fallback.demands);
    // Of routes that ask the same, one whose path is sent exactly comes first.
    const isShared = rules.some((other) => other !== rule && asksTheSame(other, rule));
    const itself = { rule, isLiberal };
    return isLiberal && isShared ? [{ rule, isLiberal: false }, itself] : [itself];
  });
  const ordered = matches.toSorted(
    (one, other) =>
      below(other.rule) - below(one.rule) ||
      Number(one.isLiberal) - Number(other.isLiberal) ||
      Number(isNarrower(other.rule, one.rule)) - Number(isNarrower(one.rule, other.rule)),
  );
  return ordered.flatMap(({ rule, isLiberal }) => {
    const upstream = upstreams.find(({ name }) => name === rule.upstream);
    return upstream === undefined ? [] : [{ ...requestsOf(rule, isLiberal), upstream }];
  });
}

function asksTheSame(one: GatewayRule, other: GatewayRule): boolean {
  return isAtLeast(one.demands, other.demands) && isAtLeast(other.demands, one.demands);
}
