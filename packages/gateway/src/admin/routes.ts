import type { Settings } from '../config/schema.js';

/** A route that the guard checks, with its enforcement as it is configured. */
export interface EnforcedRoute {
  readonly route: string;
  readonly enforcement: string;
}

/** In the order of the file; the default is the last. */
export function enforcedRoutes({
  routes,
  default: fallback,
  enforcement,
}: Settings): readonly EnforcedRoute[] {
  const all = [...routes, { ...fallback, path: '/*', name: 'default' }];
  return all
    .filter(({ open }) => open !== true)
    .map(({ path, name = path, enforcement: own }) => ({
      route: name,
      enforcement: own ?? enforcement ?? 'enforce',
    }));
}
