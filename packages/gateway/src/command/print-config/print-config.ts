import { memoryStore } from 'attestkit/stores/memory';
import { addressOf } from '../../config/schema.js';
import { liveOf } from '../../live.js';
import { positionalsOf, UsageError, type Arguments, type Options } from '../arguments.js';
import { readConfig } from '../read-config.js';
import type { Terminal } from '../terminal.js';
import type { HostAndPort } from './plan/addresses.js';
import { caddy } from './caddy.js';
import { envoy } from './envoy.js';
import { haproxyLua } from './haproxy-lua.js';
import { haproxy } from './haproxy.js';
import { nginx } from './nginx.js';
import { planOf, type Plan } from './plan/plan.js';
import { proxyOf, type Proxy } from './plan/proxy.js';
import { traefik } from './traefik.js';

export const PRINT_CONFIG: Options = { listen: { type: 'string' } };

const WRITERS: Readonly<Record<Proxy, (plan: Plan, listen: HostAndPort) => string>> = {
  nginx,
  caddy,
  haproxy,
  traefik,
  envoy,
};

/** `attestkit-gateway print-config PROXY FILE`: what makes a proxy ask this gateway. */
export function printConfig(given: Arguments, terminal: Terminal): number {
  const [name = '', file = ''] = positionalsOf(given, 'PROXY and FILE', 2, 2);
  const isLua = name === 'haproxy-lua';
  const proxy = isLua ? 'haproxy' : proxyOf(name);
  const listen = listenOf(given.text('listen'));
  const config = readConfig(file, terminal);
  const live = liveOf(config, { store: memoryStore(), onEvent: () => undefined });
  const plan = planOf(config, live, proxy);
  terminal.out(isLua ? haproxyLua(plan) : WRITERS[proxy](plan, listen));
  return 0;
}

/** @throws UsageError */
function listenOf(given = '0.0.0.0:80'): HostAndPort {
  const address = addressOf(given);
  if (address !== undefined && !('path' in address)) return address;
  throw new UsageError(`--listen ${given} is not an address with a port, such as 0.0.0.0:80`);
}
