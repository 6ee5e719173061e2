// @ts-check
// Why this exists: the tables of allowed directions, one for each package, which the gate tools/boundaries.js reads. A room is a
// folder or file directly under src, or a file or folder directly under src/adapters; `index` is the root entry point.
// Each row lists the rooms, built-in modules and packages that the room's files may import beside their own, and in `types`
// the rooms of which they may import types alone.

/** Every row without an entry here may import any built-in module (`node:…`). */
const PURE = ['node:crypto', 'node:buffer'];

/** @typedef {Record<string, { rooms: string[], types?: string[], builtins?: string[], packages?: string[] }>} Rows */

/** Of packages/attestkit. @type {Rows} */
export const allowedImports = {
  ports: { rooms: [], builtins: PURE }, // types only: the gate sees to that
  kernel: { rooms: ['ports'], builtins: PURE },
  approov: { rooms: ['ports', 'kernel'], builtins: PURE },
  'app-attest': { rooms: ['ports', 'kernel'], builtins: PURE },
  'signed-token': { rooms: ['ports', 'kernel'], builtins: PURE },
  'key-attestation': { rooms: ['ports', 'kernel'], builtins: PURE },
  'play-integrity': { rooms: ['ports', 'kernel'], builtins: PURE },
  'app-check': { rooms: ['ports', 'kernel'], builtins: PURE },
  sessions: { rooms: ['ports', 'kernel'], builtins: PURE },
  net: { rooms: ['ports', 'kernel'] },
  stores: { rooms: ['ports', 'kernel'] },
  guard: { rooms: ['ports', 'kernel'] },
  endpoints: { rooms: ['ports', 'kernel', 'sessions', 'guard'] },
  devices: { rooms: ['ports', 'kernel', 'sessions', 'guard', 'endpoints'] },
  'create-guard': { rooms: ['ports', 'kernel', 'guard'] },
  'adapters/mounting': { rooms: ['ports', 'kernel', 'guard', 'create-guard'] },
  'adapters/node': { rooms: ['ports', 'guard', 'create-guard', 'adapters/mounting'] },
  'adapters/web': { rooms: ['ports', 'kernel', 'guard', 'create-guard', 'adapters/mounting'] },
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
    rooms: ['ports', 'guard', 'create-guard', 'adapters/mounting', 'adapters/node', 'adapters/web'],
  },
  env: {
    rooms: [
      'ports',
      'kernel',
      'approov',
      'app-check',
      'app-attest',
      'signed-token',
      'sessions',
      'net',
      'stores',
      'guard',
      'devices',
      'create-guard',
    ],
  },
  inspect: {
    rooms: [
      'ports',
      'kernel',
      'approov',
      'app-attest',
      'key-attestation',
      'play-integrity',
      'app-check',
      'sessions',
    ],
    types: ['signed-token', 'stores', 'net', 'guard', 'endpoints'], // their codes, of which it tells the causes
  },
  cli: { rooms: ['ports', 'kernel', 'approov', 'env', 'inspect'] },
  index: {
    rooms: [
      'ports',
      'kernel',
      'approov',
      'app-attest',
      'key-attestation',
      'play-integrity',
      'app-check',
      'signed-token',
      'sessions',
      'net',
      'stores',
      'guard',
      'endpoints',
      'create-guard',
    ],
  }, // types of the rooms
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
