import { pathOf, routeOf } from '../guard/internal.js';
import type { Guard } from '../create-guard.js';
import { ConfigurationError } from '../kernel/errors.js';
import { assertOptions } from '../kernel/config/options.js';
import type { Answer } from '../ports/decision.js';
import type { AttestedRequest } from '../ports/request.js';

/** Where the endpoints of devices are. */
export interface MountOptions {
  /** The path above them, from its first slash on and without one at its end. Default `/device`. */
  readonly prefix?: string | undefined;
}

/**
 * Gives a promise of the answer to a request for an endpoint; undefined for every other request.
 *
 * @param url by which the framework has routed the request: its path is held against the prefix
 */
export type Endpoints = (request: AttestedRequest, url: string) => Promise<Answer> | undefined;

/**
 * Puts the endpoints of a guard below a prefix.
 *
 * @param option what the caller's caller calls the prefix, for the message
 * @throws ConfigurationError naming the option, or `guard` if it is not a guard, or has no endpoints
 */
export function mounted(guard: Guard, options: MountOptions = {}, option = 'prefix'): Endpoints {
  routeOf(guard);
  if (guard.devices === undefined) {
    const remedy = 'Give the guard the option devices: devices({ evidence: [appAttest({ … })], … }).';
    throw new ConfigurationError(
      'guard',
      'does not have the option devices, and so no device endpoints',
      remedy,
    );
  }
  assertOptions(options, { prefix: 'any' }, 'deviceEndpoints');
  const below = belowPrefix(options.prefix, option);
  return (request, url) => {
    const path = below(url);
    return path === undefined ? undefined : guard.answer(request, path);
  };
}

/**
 * Reads the prefix.
 *
 * @returns what gives the path below it of a request's target, without the query; undefined elsewhere
 * @throws ConfigurationError naming the option
 */
function belowPrefix(prefix: unknown = '/device', option: string): (target: string) => string | undefined {
  if (typeof prefix !== 'string' || !/^(\/[A-Za-z0-9._~-]+)*$/.test(prefix)) {
    const remedy = "Give a plain path that begins with a slash and ends without one: '/device'.";
    throw new ConfigurationError(option, 'is not a path', remedy);
  }
  return (target) => {
    const path = pathOf(target);
    return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : undefined;
  };
}
