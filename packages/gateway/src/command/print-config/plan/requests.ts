import type { GatewayRule } from '../../../config/compose.js';
import type { liveOf } from '../../../live.js';
import type { Pattern } from '../../../routes/pattern.js';
import { isAtLeast } from '../../../routes/strictness.js';
import type { OnProblem } from './proxy.js';

/** The requests of one route, as a proxy finds them. */
export interface Requests {
  /** A regular expression over the path as sent, with or without its query; the same in PCRE and RE2, and without a backslash. */
  readonly target: string;
  readonly ignoresCase: boolean;
  /** In capitals; undefined for all. */
  readonly methods: readonly string[] | undefined;
  /** The same over the host, without port and dot at the end, in lower case; undefined for all. */
  readonly host: string | undefined;
}

export function requestsOf(
  rule: GatewayRule,
  { rules, fallback }: ReturnType<typeof liveOf>,
  onProblem: OnProblem,
): Requests {
  const { path, methods, host } = rule;
  if (host !== undefined && !/^[a-z0-9._-]+$|^\[[0-9a-f:.]+\]$/.test(host))
    onProblem(['routes', rules.indexOf(rule), 'host'], 'is not the name of a host', 'Give api.example.com.');
  const ignoresCase = isAtLeast(rule.demands, fallback.demands);
  return {
    target: ignoresCase ? liberal(path) : exact(path),
    ignoresCase,
    methods,
    host: host === undefined ? undefined : literal(host),
  };
}

/** The path ends. */
const END = '([?]|$)';

/** As `matchesExactly`. */
function exact({ segments, isPrefix }: Pattern): string {
  const path = segments.map((segment) => `/${segment === '*' ? '[^/?]+' : literal(segment)}`).join('');
  return isPrefix ? `^${path}/[^?]*[^/?]` : `^${path}${END}`;
}

/** As `matchesLiberally`. */
function liberal({ segments, isPrefix }: Pattern): string {
  const bare = segments.at(-1) === '' ? segments.slice(0, -1) : segments;
  const path = bare.map((segment) => `/${segment === '*' ? '[^/?]*' : literal(segment)}`).join('');
  return isPrefix ? `^${path}(/|[?]|$)` : `^${path}/?${END}`;
}

/** A `]` alone means itself; in brackets dialects differ. */
function literal(text: string): string {
  return text.replace(/[^A-Za-z0-9_~!@%&=:,/'\]-]/g, (each) => `[${each}]`);
}
