import { ConfigurationError } from '../kernel/errors.js';
import { pathOf } from '../guard/exempt.js';

/**
 * Reads the prefix under which the endpoints of enrolment are mounted, for adapters whose frameworks do not.
 *
 * @returns what gives the path below the prefix of a request's target, without the query; undefined elsewhere
 * @throws ConfigurationError naming `prefix`
 */
export function belowPrefix(prefix: unknown = '/device'): (target: string) => string | undefined {
  if (typeof prefix !== 'string' || !/^(\/[A-Za-z0-9._~-]+)*$/.test(prefix)) {
    const remedy = "Give a plain path that begins with a slash and ends without one: '/device'.";
    throw new ConfigurationError('prefix', 'is not a path', remedy);
  }
  return (target) => {
    const path = pathOf(target);
    return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : undefined;
  };
}
