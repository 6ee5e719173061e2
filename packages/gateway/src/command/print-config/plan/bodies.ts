import type { GatewayRule } from '../../../config/compose.js';
import type { Path } from '../../../config/problem.js';
import type { Settings } from '../../../config/schema.js';
import type { liveOf } from '../../../live.js';
import type { OnProblem, Proxy } from './proxy.js';
import { requestsOf, type Requests } from './requests.js';

type Live = ReturnType<typeof liveOf>;

/** They ask without the body of the request. */
const WITHOUT_BODY: readonly Proxy[] = ['nginx', 'caddy', 'haproxy'];

/** Their content means nothing (RFC 9110 §9.3.1): the gateway takes it for empty if it is not handed over. */
const BODILESS = ['GET', 'HEAD'];

/**
 * Requests whose signature says that they have no body. A proxy that does not hand bodies over must not pass one on either. Every other route
 * that verifies a body is a problem for such a proxy.
 */
export function bodilessOf(
  proxy: Proxy,
  live: Live,
  { ambiguousPaths = 'refuse' }: Settings,
  onProblem: OnProblem,
): readonly Requests[] {
  if (!WITHOUT_BODY.includes(proxy)) return [];
  return [...live.rules, live.fallback].filter(verifiesBody).map((rule) => {
    const path = pathOf(rule, live);
    if (rule.methods?.every((method) => BODILESS.includes(method)) !== true)
      onProblem(
        path,
        `(${rule.path.text}) verifies a signature over the body, which ${proxy} does not hand over`,
        `Let the gateway stand before the API itself, ask by Traefik or Envoy, or give the route methods: [${BODILESS.join(', ')}].`,
      );
    else if (ambiguousPaths === 'strictest')
      onProblem(
        path,
        `(${rule.path.text}) verifies a signature over the body, and ${proxy} cannot find all of its requests`,
        'Leave out ambiguousPaths: strictest.',
      );
    // However it is written: the gateway may judge it by this route.
    return requestsOf(rule, true);
  });
}

/** The largest body that a route verifies; undefined if none does. */
export function largestBody({ rules, fallback }: Live, settings: Settings): number | undefined {
  const given = (rule: GatewayRule): unknown =>
    (settings.routes[rules.indexOf(rule)] ?? settings.default)['maxBodyBytes'];
  const sizes = [...rules, fallback]
    .filter(verifiesBody)
    .map((rule) => Number(given(rule) ?? settings.maxBodyBytes ?? DEFAULT_BYTES));
  return sizes.length === 0 ? undefined : Math.max(...sizes);
}

/** The library's. */
const DEFAULT_BYTES = 1_048_576;

function verifiesBody({ route, demands }: GatewayRule): boolean {
  if (route === undefined) return false;
  const asksSigning = demands.clauses.some(([first = '']) => first.startsWith('messageSigning='));
  return asksSigning || route.asked.includes('signedRequest');
}

function pathOf(rule: GatewayRule, { rules }: Live): Path {
  const index = rules.indexOf(rule);
  return index < 0 ? ['default'] : ['routes', index];
}
