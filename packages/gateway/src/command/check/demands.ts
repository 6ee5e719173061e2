import type { GatewayRule } from '../../config/compose.js';

/** What a route asks, in words: `session or approov; binding="authorization"; enforced`. */
export function asked({ demands: { enforced, clauses }, route }: GatewayRule): string {
  if (route === undefined) return 'open';
  const all = clauses.map((members) => members.join(' or '));
  return [...all, enforcement(enforced)].join('; ');
}

function enforcement(enforced: number): string {
  if (enforced === 1) return 'enforced';
  return enforced === 0 ? 'reported' : `enforced for ${Math.round(enforced * 100)}% of clients`;
}

/** `routes[2]`, or `default`. */
export function placeOf(rule: GatewayRule, rules: readonly GatewayRule[]): string {
  const index = rules.indexOf(rule);
  return index < 0 ? 'default' : `routes[${index}]`;
}

/** `GET, POST api.example.com/v1/*`. */
export function matchOf({ methods, host, path }: GatewayRule): string {
  return `${methods === undefined ? '' : `${methods.join(', ')} `}${host ?? ''}${path.text}`;
}
