import { ConfigurationError } from '../kernel/errors.js';
import type { AttestedRequest } from '../ports/request.js';

/** Whether a path, as sent and without its query, is let through unchecked. */
export type Exclusion = (path: string) => boolean;

/** Anything that another reader of the path (a router, a proxy, a file server) may read as another path. */
const AMBIGUOUS = /[%\\;#]|\/\/|\/\.{1,2}(\/|$)/;

/**
 * Reads a list of excluded paths.
 *
 * @throws ConfigurationError when one of them could never match, or would match everything
 */
export function exclusion(paths: readonly string[]): Exclusion {
  const exact = new Set<string>();
  const prefixes: string[] = [];
  for (const path of paths) {
    const bare = typeof path === 'string' && path.endsWith('/*') ? path.slice(0, -1) : path;
    if (
      typeof bare !== 'string' ||
      !bare.startsWith('/') ||
      bare.includes('*') ||
      bare.includes('?') ||
      AMBIGUOUS.test(bare) ||
      path === '/*'
    ) {
      throw new ConfigurationError(
        'exclude',
        'has a path that cannot be compared with a request',
        'Give plain paths such as /health, or /auth/* for all below.',
      );
    }
    if (bare === path) exact.add(path);
    else prefixes.push(bare);
  }
  return (path) => {
    if (exact.has(path)) return true;
    // Below it, and not the prefix itself: many routers take `/auth/` for `/auth`.
    const below = prefixes.some((prefix) => path.length > prefix.length && path.startsWith(prefix));
    return below && !AMBIGUOUS.test(path);
  };
}

/** A request's path as sent, without the query. */
export function pathOf(target: string): string {
  const query = target.indexOf('?');
  return query < 0 ? target : target.slice(0, query);
}

/** A CORS preflight (Fetch standard, "CORS-preflight request"). */
export function isPreflight(request: AttestedRequest): boolean {
  return (
    request.method === 'OPTIONS' &&
    request.fields('origin').length === 1 &&
    request.fields('access-control-request-method').length === 1
  );
}
