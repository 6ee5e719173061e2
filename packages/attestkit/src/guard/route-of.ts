import { ConfigurationError } from '../kernel/errors.js';
import type { Route, RouteOptions } from './route.js';

/** What an adapter needs of a guard to make a route. */
interface RouteMaker {
  route(options?: RouteOptions): Route;
  readonly check: unknown;
}

/**
 * A guard's route, for adapters: their callers without types may have left the guard out.
 *
 * @throws ConfigurationError naming the option, or `guard` if it is not a guard
 */
export function routeOf(guard: RouteMaker, options?: RouteOptions): Route {
  const given = guard as Partial<RouteMaker> | null | undefined;
  if (typeof given?.route === 'function' && typeof given.check === 'function') return guard.route(options);
  const remedy = 'Give what createGuard or guardFromEnv returned.';
  throw new ConfigurationError('guard', 'is not a guard', remedy);
}
