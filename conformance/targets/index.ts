import type { Target } from '../servers/server-spec.js';
import { express4, express5 } from './express.js';
import { fastify } from './fastify.js';
import { gateway } from './gateway/gateway.js';
import { proxies } from './gateway/proxies.js';
import { standIns } from './gateway/stand-ins.js';
import { hono } from './hono.js';
import { http2 } from './http2.js';
import { koa } from './koa.js';
import { nestExpress, nestFastify } from './nest.js';
import { node } from './node.js';
import { web } from './web.js';

/** Every adapter, on every framework that it is for, and the gateway. */
export const targets: readonly Target[] = [
  express5,
  express4,
  fastify,
  koa,
  nestExpress,
  nestFastify,
  hono,
  node,
  http2,
  web,
  gateway,
  ...proxies,
  ...standIns,
];
