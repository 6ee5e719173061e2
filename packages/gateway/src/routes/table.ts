import { matchesExactly, matchesLiberally, overlap, precision, splitPath, type Pattern } from './pattern.js';
import { isAtLeast, strictestOf, type Demands } from './strictness.js';
import type { Target } from './target.js';

/** A route as it is compared with requests. */
export interface Rule {
  /** In events, and in the answers of `check-config`. */
  readonly name: string;
  readonly path: Pattern;
  /** In capitals; undefined for all. */
  readonly methods: readonly string[] | undefined;
  /** In lower case, without a port; undefined for all. */
  readonly host: string | undefined;
  readonly demands: Demands;
}

/** What is asked of the table. */
export interface Asked {
  readonly method: string;
  /** In lower case, without port and dot at the end. */
  readonly host: string;
  readonly target: Target;
}

/** What a request has to meet. `ambiguous`: its target can be read in ways that are not judged alike. */
export type Matched<R extends Rule> =
  | { readonly rule: R; readonly matches: readonly R[] }
  | { readonly rule: undefined; readonly matches: readonly R[]; readonly why: 'ambiguous' };

/** Two routes that some request matches, and of which none is the stricter one. */
export interface Overlap<R extends Rule> {
  readonly one: R;
  readonly other: R;
}

/** How a target is dealt with that can be read in several ways. */
export type AmbiguousPaths = 'refuse' | 'strictest';

export interface RouteTable<R extends Rule> {
  match(asked: Asked): Matched<R>;
  /** All pairs that cannot be ordered: with one of them, a table must not be used. */
  readonly overlaps: readonly Overlap<R>[];
}

/**
 * @param fallback of requests that no route matches. A route matches byte for byte. It also matches without case, and with or without a
 *   slash at the end, if it asks for more than the route that would decide else
 */
export function tableOf<R extends Rule>(
  rules: readonly R[],
  fallback: R,
  ambiguousPaths: AmbiguousPaths,
): RouteTable<R> {
  /** The routes of one reading of the path; the default if there is none. */
  function matching({ method, host }: Asked, path: string): readonly R[] {
    const split = splitPath(path);
    const exact: R[] = [];
    const alike: R[] = [];
    for (const rule of rules) {
      if (rule.methods !== undefined && !rule.methods.includes(method)) continue;
      if (rule.host !== undefined && rule.host !== host) continue;
      if (matchesExactly(rule.path, split)) exact.push(rule);
      else if (matchesLiberally(rule.path, split)) alike.push(rule);
    }
    const strict = alike.filter(({ demands }) => isAtLeast(demands, fallback.demands));
    const found = exact.length > 0 ? exact : strict.length > 0 ? strict : [fallback];
    if (alike.length === 0) return found;
    // A server behind may serve it as the route that it is like: what that one asks for more is asked.
    const decides = strictestOf(found);
    const isMore = (rule: R): boolean => decides === undefined || !isAtLeast(decides.demands, rule.demands);
    return [...found, ...alike.filter((rule) => !found.includes(rule) && isMore(rule))];
  }

  return {
    overlaps: overlapsOf(rules),
    match(asked) {
      const { isAmbiguous, path } = asked.target;
      const readings = isAmbiguous && ambiguousPaths === 'strictest' ? asked.target.readings() : [path];
      if (readings === undefined || (isAmbiguous && ambiguousPaths === 'refuse'))
        return { rule: undefined, matches: matching(asked, path), why: 'ambiguous' };
      const matches =
        readings.length === 1
          ? matching(asked, path)
          : [...new Set(readings.flatMap((reading) => matching(asked, reading)))];
      const [only] = matches;
      if (only !== undefined && matches.length === 1) return { rule: only, matches };
      const strictest = strictestOf(matches);
      if (strictest === undefined) return { rule: undefined, matches, why: 'ambiguous' };
      // Of those that ask the same, the one that means fewer paths.
      const same = matches.filter(({ demands }) => isAtLeast(demands, strictest.demands));
      return { rule: same.reduce((best, rule) => (isNarrower(rule, best) ? rule : best)), matches };
    },
  };
}

/** Of two that ask the same: whether the first one decides where both match. */
export function isNarrower(one: Rule, other: Rule): boolean {
  const [a, b] = [precision(one.path), precision(other.path)];
  if (a !== b) return a > b;
  if ((one.host === undefined) !== (other.host === undefined)) return one.host !== undefined;
  return one.methods !== undefined && other.methods === undefined;
}

function overlapsOf<R extends Rule>(rules: readonly R[]): readonly Overlap<R>[] {
  const found: Overlap<R>[] = [];
  for (const [at, one] of rules.entries())
    for (const other of rules.slice(at + 1))
      if (
        haveCommon(one.methods, other.methods) &&
        (one.host === undefined || other.host === undefined || one.host === other.host) &&
        overlap(one.path, other.path) &&
        !isAtLeast(one.demands, other.demands) &&
        !isAtLeast(other.demands, one.demands)
      )
        found.push({ one, other });
  return found;
}

function haveCommon(one: readonly string[] | undefined, other: readonly string[] | undefined): boolean {
  return one === undefined || other === undefined || one.some((method) => other.includes(method));
}
