// @ts-check
// Why this exists: the tables of allowed directions, one for each package, which the gate tools/boundaries.js reads. A room is a
// folder or file directly under src, or a file or folder directly under src/adapters; `index` is the root entry point.
// Each row lists the rooms, built-in modules and packages that the room's files may import beside their own.
import { existsSync, readdirSync } from 'node:fs';

/** Every row without an entry here may import any built-in module (`node:…`). */
const PURE = ['node:crypto', 'node:buffer'];

const SRC = new URL('../packages/attestkit/src/', import.meta.url);

/** The kinds of evidence: each folder that implements one of the two ports of evidence. Sessions bring their own. */
export const KINDS = readdirSync(SRC).filter((room) =>
  ['request-evidence.ts', 'enrollment-evidence.ts'].some((file) => hasFile(room, file)),
);

/** @param {string} room @param {string} file */
export function hasFile(room, file) {
  return existsSync(new URL(`${room}/${file}`, SRC));
}

/** @typedef {Record<string, { rooms: string[], builtins?: string[], packages?: string[] }>} Rows */

/** Of packages/attestkit. @type {Rows} */
export const allowedImports = {
  ports: { rooms: [], builtins: PURE }, // types only: the gate sees to that
  kernel: { rooms: ['ports'], builtins: PURE },
  ...Object.fromEntries(KINDS.map((kind) => [kind, { rooms: ['ports', 'kernel'], builtins: PURE }])),
  sessions: { rooms: ['ports', 'kernel'], builtins: PURE },
  net: { rooms: ['ports', 'kernel'] },
  stores: { rooms: ['ports', 'kernel'] },
  guard: { rooms: ['ports', 'kernel'] },
  endpoints: { rooms: ['ports', 'kernel', 'sessions', 'guard'] },
  devices: { rooms: ['ports', 'kernel', 'sessions', 'guard', 'endpoints'] },
  'create-guard': { rooms: ['ports', 'kernel', 'guard'] },
  'adapters/mounting': { rooms: ['ports', 'kernel', 'guard', 'create-guard'] },
  'adapters/node': { rooms: ['ports', 'guard', 'create-guard', 'adapters/mounting'] },
  'adapters/web-address': { rooms: ['kernel'] },
  'adapters/web': {
    rooms: ['ports', 'guard', 'create-guard', 'adapters/mounting', 'adapters/web-address'],
  },
  'adapters/express': { rooms: ['ports', 'guard', 'create-guard', 'adapters/mounting', 'adapters/node'] },
  'adapters/fastify': {
    rooms: ['ports', 'kernel', 'guard', 'create-guard', 'adapters/mounting', 'adapters/node'],
  },
  'adapters/koa': { rooms: ['ports', 'guard', 'create-guard', 'adapters/mounting', 'adapters/node'] },
  'adapters/nest': {
    rooms: [
      'ports',
      'kernel',
      'guard',
      'create-guard',
      'adapters/mounting',
      'adapters/node',
      'adapters/fastify',
    ],
    packages: ['@nestjs/common', '@nestjs/core'],
  },
  'adapters/hono': {
    rooms: [
      'ports',
      'guard',
      'create-guard',
      'adapters/mounting',
      'adapters/node',
      'adapters/web',
      'adapters/web-address',
    ],
  },
  env: {
    rooms: ['ports', 'kernel', ...KINDS, 'sessions', 'net', 'stores', 'guard', 'devices', 'create-guard'],
  },
  catalog: { rooms: ['ports', 'kernel', ...KINDS, 'sessions', 'net', 'stores', 'guard', 'endpoints'] },
  inspect: { rooms: ['ports', 'kernel', 'catalog', ...KINDS, 'sessions'] },
  cli: { rooms: ['ports', 'kernel', 'catalog', 'approov', 'env', 'inspect'] },
  index: { rooms: ['ports', 'kernel', 'catalog', 'guard', 'create-guard'] },
};

/** Of packages/testing. The gate lets each room import the public paths of attestkit too. @type {Rows} */
export const kitImports = {
  clock: { rooms: [] },
  options: { rooms: [] },
  issued: { rooms: [] },
  encode: { rooms: [] },
  approov: { rooms: ['encode'] },
  apple: { rooms: ['encode', 'options', 'issued', 'clock'] },
  android: { rooms: ['encode', 'options', 'clock', 'apple'] },
  google: { rooms: ['encode', 'options', 'issued', 'clock', 'android'] },
  'store-contract': { rooms: [] },
  index: { rooms: ['clock', 'approov', 'apple', 'android', 'google', 'store-contract'] },
};

/** Of packages/client, which runs on phones: no module of Node, and no package. @type {Rows} */
export const clientImports = Object.fromEntries(
  Object.entries({
    bytes: [],
    'client-error': [],
    ports: ['client-error'],
    clock: ['ports'],
    deadline: [],
    queue: [],
    turns: ['ports', 'queue'],
    protocol: ['bytes', 'client-error', 'ports', 'deadline'],
    installation: ['bytes', 'client-error', 'ports', 'clock', 'deadline'],
    ladder: ['client-error', 'ports', 'clock', 'deadline', 'protocol', 'installation'],
    requests: ['bytes', 'client-error', 'ports', 'clock', 'queue', 'protocol', 'ladder'],
    'create-client': [
      'bytes',
      'client-error',
      'ports',
      'clock',
      'queue',
      'turns',
      'protocol',
      'installation',
      'ladder',
      'requests',
    ],
    attesters: ['bytes', 'client-error', 'ports', 'deadline'],
    testing: ['bytes', 'attesters', 'ports'],
    axios: ['create-client', 'requests'],
    index: ['client-error', 'messages', 'ports', 'protocol', 'ladder', 'requests', 'create-client'],
    messages: ['client-error'],
  }).map(([room, rooms]) => [room, { rooms, builtins: [] }]),
);

/** Of packages/gateway: what judges knows no socket, and what listens knows no file. @type {Rows} */
export const gatewayImports = {
  shapes: { rooms: [] },
  events: { rooms: [] },
  history: { rooms: ['events', 'shapes', 'state'] },
  routes: { rooms: [] },
  http: { rooms: [] },
  identity: { rooms: [] },
  'one-time': { rooms: [] },
  config: { rooms: ['one-time', 'routes'], packages: ['valibot', 'yaml'] },
  judge: { rooms: ['config', 'identity', 'routes'] },
  traffic: { rooms: ['config', 'events', 'http', 'identity', 'judge', 'routes'], packages: ['undici'] },
  authorization: { rooms: ['config', 'events', 'http', 'identity', 'judge', 'one-time', 'routes'] },
  state: { rooms: [], packages: ['ioredis', 'pg', '@photostructure/sqlite'] },
  generations: { rooms: ['traffic'] },
  servers: { rooms: ['config'] },
  admin: { rooms: ['config', 'events', 'history', 'http', 'shapes', 'state'] },
  log: { rooms: ['config', 'events'], packages: ['pino'] },
  users: { rooms: [], packages: ['jose'] },
  live: { rooms: ['config', 'events', 'http', 'identity', 'one-time', 'traffic', 'users'] },
  gateway: {
    rooms: [
      'admin',
      'authorization',
      'config',
      'events',
      'generations',
      'history',
      'live',
      'servers',
      'log',
      'state',
      'traffic',
    ],
  },
  command: { rooms: ['config', 'gateway', 'http', 'live', 'log', 'routes'], packages: ['yaml'] },
  index: { rooms: ['config', 'events', 'gateway'] },
};
