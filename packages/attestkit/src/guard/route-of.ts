import { ConfigurationError } from '../kernel/errors.js';
import type { Guard } from './guard.js';
import type { Route, RouteOptions } from './route.js';

/**
 * A guard's route, for adapters: their callers without types may have left the guard out.
 *
 * @throws ConfigurationError naming the option, or `guard` where it is none
 */
export function routeOf(guard: Guard, options?: RouteOptions): Route {
  const given = guard as Partial<Guard> | null | undefined;
  if (typeof given?.route === 'function' && typeof given.check === 'function') return guard.route(options);
  const remedy = 'Give what createGuard or guardFromEnv returned.';
  throw new ConfigurationError('guard', 'is not a guard', remedy);
}
