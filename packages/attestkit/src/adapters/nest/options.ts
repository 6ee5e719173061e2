import { routeOf, type RouteOptions } from '../../guard/internal.js';
import type { Guard } from '../../create-guard.js';
import { ConfigurationError } from '../../kernel/errors.js';
import { assertOptions } from '../../kernel/config/options.js';
import { mounted } from '../mounting.js';

/** What the module is set up with. */
export interface AttestationModuleOptions {
  readonly guard: Guard;
  /**
   * Protects every request that the application's server gets, unknown paths and WebSocket handshakes included: `true`,
   * or what each request must meet. Default: only `Protect`.
   */
  readonly all?: true | RouteOptions;
  /**
   * Where the guard's endpoints of devices are: `/device`, Nest's global prefix included. They come
   * before `all`. Default: nowhere.
   */
  readonly devicePath?: string;
}

/** The token under which the options are injected; Nest names it if the module is missing. */
export const OPTIONS = Symbol('AttestationModule.forRoot');

/**
 * Nothing that is misspelt, or of another type, may leave every path open.
 *
 * @throws ConfigurationError naming the option
 */
export function assertModuleOptions(options: AttestationModuleOptions): void {
  assertOptions(options, { guard: 'any', all: 'any', devicePath: 'string' }, 'AttestationModule.forRoot');
  const { guard, all, devicePath } = options;
  if (all !== undefined && all !== true && typeof all !== 'object') {
    const remedy = 'Give true, or the options of a route; leave it out to protect by Protect alone.';
    throw new ConfigurationError('all', 'is neither true nor the options of a route', remedy);
  }
  routeOf(guard, all === true ? {} : all);
  if (devicePath !== undefined) mounted(guard, { prefix: devicePath }, 'devicePath');
}
