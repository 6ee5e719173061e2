import type { GatewayRule } from '../../config/compose.js';
import { matchesLiberally, overlap, splitPath } from '../../routes/pattern.js';
import { isAtLeast } from '../../routes/strictness.js';

/** Two routes that some request matches both. */
export interface Shared {
  readonly one: GatewayRule;
  readonly other: GatewayRule;
  /** The one that decides about such a request; undefined if they ask the same. */
  readonly stricter: GatewayRule | undefined;
  /** The other one, if all that it matches is decided by the stricter one. */
  readonly unused: GatewayRule | undefined;
}

/** All pairs that share requests, in the order of the file. A configuration is refused if two of a pair cannot be ordered. */
export function sharedBy(rules: readonly GatewayRule[]): readonly Shared[] {
  return rules.flatMap((one, at) =>
    rules
      .slice(at + 1)
      .filter((other) => share(one, other))
      .map((other) => {
        const stricter = stricterOf(one, other);
        const weaker = stricter === one ? other : one;
        const isUnused = stricter !== undefined && covers(stricter, weaker);
        return { one, other, stricter, unused: isUnused ? weaker : undefined };
      }),
  );
}

function share(one: GatewayRule, other: GatewayRule): boolean {
  const haveMethod =
    one.methods === undefined ||
    other.methods === undefined ||
    one.methods.some((method) => other.methods?.includes(method));
  const haveHost = one.host === undefined || other.host === undefined || one.host === other.host;
  return haveMethod && haveHost && overlap(one.path, other.path);
}

/** Of a path without *: whether every request to it is one of the other rule, too. */
function covers(rule: GatewayRule, { path, methods, host }: GatewayRule): boolean {
  const isOnePath = !path.text.includes('*') && matchesLiberally(rule.path, splitPath(path.text));
  const hasMethods =
    rule.methods === undefined || methods?.every((each) => rule.methods?.includes(each)) === true;
  return isOnePath && hasMethods && (rule.host === undefined || rule.host === host);
}

function stricterOf(one: GatewayRule, other: GatewayRule): GatewayRule | undefined {
  const [first, second] = [isAtLeast(one.demands, other.demands), isAtLeast(other.demands, one.demands)];
  if (first && second) return undefined;
  return first ? one : other;
}
