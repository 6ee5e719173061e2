import type { MountSpec, RouteSpec, ServerSpec } from '../servers/server-spec.js';

/** The routes of a server without a router, their mounts' prefixes and demands put into them. */
export function plainRoutes({ routes, mounts = [] }: ServerSpec): readonly RouteSpec[] {
  return [...routes, ...mounts.flatMap(flattened)];
}

function flattened({ prefix, all, routes }: MountSpec): readonly RouteSpec[] {
  return routes.map((route) => {
    const protect = route.protect ?? all;
    const path = `${prefix}${route.path}`;
    return protect === undefined ? { ...route, path } : { ...route, path, protect };
  });
}

/** Whether a request is for a route: the path is compared as it is, and `HEAD` is answered by `GET`. */
export function isFor(route: RouteSpec, method: string, path: string): boolean {
  return route.path === path && (method === 'HEAD' ? 'GET' : method) === route.method;
}
