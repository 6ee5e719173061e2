import type { AttestedRequest, Caching, Refusal } from 'attestkit';
import type { Composed, GatewayRule } from './config/compose.js';
import { identityOf, OPEN, type Identity } from './identity/identity.js';
import type { Asked } from './routes/table.js';

/** The end of a request: of the traffic itself, or of a proxy that asks about its own. */
export type Judged =
  | {
      readonly outcome: 'accept';
      readonly rule: GatewayRule;
      readonly identity: Identity;
      readonly caching: Caching | undefined;
      /** Whether the bytes of the body were checked. */
      readonly isBodyChecked: boolean;
    }
  | { readonly outcome: 'refuse'; readonly rule: GatewayRule; readonly response: Refusal }
  /** Its target can be read in several ways, which are not judged alike. */
  | { readonly outcome: 'ambiguous' };

/** Finds the route of a request, and checks what it asks for. Total, as the guard is. */
export async function judge(
  request: AttestedRequest,
  asked: Asked,
  { guard, table, opened }: Composed,
): Promise<Judged> {
  const { rule } = table.match(asked);
  if (rule === undefined) return { outcome: 'ambiguous' };
  if (rule.route === undefined) {
    opened(request, rule);
    return { outcome: 'accept', rule, identity: OPEN, caching: undefined, isBodyChecked: false };
  }
  const decision = await guard.check(request, rule.route);
  if (decision.outcome === 'refuse') return { outcome: 'refuse', rule, response: decision.response };
  const { caching, results } = decision;
  const isBodyChecked = results.signedRequest !== undefined;
  return { outcome: 'accept', rule, identity: identityOf(decision), caching, isBodyChecked };
}
