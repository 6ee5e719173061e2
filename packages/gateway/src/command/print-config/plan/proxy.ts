import type { Path } from '../../../config/problem.js';
import { UsageError } from '../../arguments.js';
import { meant } from '../../../config/did-you-mean.js';

/** The proxies that a configuration is printed for. */
export const PROXIES = ['nginx', 'caddy', 'haproxy', 'traefik', 'envoy'] as const;
export type Proxy = (typeof PROXIES)[number];

/** Tells of one thing that a proxy cannot do, or that cannot be written down safely. */
export type OnProblem = (path: Path, says: string, remedy: string) => void;

/** @throws UsageError */
export function proxyOf(name: string): Proxy {
  const proxy = PROXIES.find((each) => each === name);
  if (proxy !== undefined) return proxy;
  const hint = meant(name, PROXIES) || `; there are ${PROXIES.join(', ')}`;
  throw new UsageError(`there is no proxy ${name}${hint}`);
}
