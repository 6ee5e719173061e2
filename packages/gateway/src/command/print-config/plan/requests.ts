import type { GatewayRule } from '../../../config/compose.js';
import type { Pattern } from '../../../routes/pattern.js';

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

/** @param isLiberal matches as `matchesLiberally` does, else as `matchesExactly` */
export function requestsOf({ path, methods, host }: GatewayRule, isLiberal: boolean): Requests {
  return {
    target: isLiberal ? liberal(path) : exact(path),
    ignoresCase: isLiberal,
    methods,
    host: host === undefined ? undefined : literal(host),
  };
}

/** The path ends. */
const END = '([?]|$)';

function exact({ segments, isPrefix }: Pattern): string {
  const path = segments.map((segment) => `/${segment === '*' ? '[^/?]+' : literal(segment)}`).join('');
  return isPrefix ? `^${path}/[^?]*[^/?]` : `^${path}${END}`;
}

function liberal({ segments, isPrefix }: Pattern): string {
  const bare = segments.at(-1) === '' ? segments.slice(0, -1) : segments;
  const path = bare.map((segment) => `/${segment === '*' ? '[^/?]*' : encodedOrNot(segment)}`).join('');
  return isPrefix ? `^${path}(/|[?]|$)` : `^${path}/?${END}`;
}

/** Characters that need not be encoded in a path (RFC 3986 §3.3), as they may be sent all the same. */
const NEEDLESS = /%(2[146-9a-c]|3[ad]|40)/gi;
const IS_NEEDLESS = /^%(?:2[146-9a-c]|3[ad]|40)$/;

function encodedOrNot(segment: string): string {
  const plain = segment.replace(NEEDLESS, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return [...plain]
    .map((each) => {
      const encoded = `%${each.charCodeAt(0).toString(16)}`;
      return IS_NEEDLESS.test(encoded) ? `(${literal(each)}|${encoded})` : literal(each);
    })
    .join('');
}

/** A `]` alone means itself; in brackets dialects differ. */
function literal(text: string): string {
  return text.replace(/[^A-Za-z0-9_~!@%&=:,/'\]-]/g, (each) => `[${each}]`);
}
