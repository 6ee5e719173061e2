import { fastify } from 'fastify';
import { describe, expect, test } from 'vitest';
import * as forExpress from '../../src/adapters/express.js';
import * as forFastify from '../../src/adapters/fastify.js';
import * as forHono from '../../src/adapters/hono.js';
import * as forKoa from '../../src/adapters/koa.js';
import * as forNode from '../../src/adapters/node/index.js';
import * as forWeb from '../../src/adapters/web.js';
import type { Guard } from '../../src/create-guard.js';
import { catsController, platforms, serveNest } from './support/nest-app.js';
import { syncGuard } from './support/guards.js';

const refused = expect.objectContaining({
  name: 'ConfigurationError',
  variable: 'guard',
  message: 'guard is not a guard. Give what createGuard or guardFromEnv returned.',
});

/** What callers without types give in place of a guard. */
const others: readonly (readonly [string, unknown])[] = [
  ['nothing', undefined],
  ['null', null],
  ['options', { exclude: ['/health'] }],
  ['a listener', () => undefined],
  ['a promise of a guard', Promise.resolve(syncGuard().guard)],
  ['what has routes but is no guard', { route: () => ({}) }],
];

describe.each(others)('%s in place of a guard', (_name, other) => {
  const guard = other as Guard;

  test.each<[string, () => unknown]>([
    ['Express', () => forExpress.protect(guard)],
    ['Fastify', () => forFastify.protect(guard)],
    ['Hono', () => forHono.protect(guard)],
    ['Koa', () => forKoa.protect(guard)],
    ['Node', () => forNode.protect(guard, () => undefined)],
    ['upgrades', () => forNode.protectUpgrade(guard, () => undefined)],
    ['fetch', () => forWeb.protect(guard, () => new Response())],
  ])('fails at start-up: %s', (_adapter, protect) => {
    expect(protect).toThrow(refused);
  });

  test('keeps Fastify from starting', async () => {
    const app = fastify();
    app.register(forFastify.protection, { guard });
    await expect(app.ready()).rejects.toThrow(refused);
  });

  test.each(platforms)('keeps Nest on %s from starting', async (_platform, adapter) => {
    const controller = catsController();
    await expect(serveNest(adapter(), { guard }, { controller })).rejects.toThrow(refused);
    await expect(serveNest(adapter(), { guard, all: true }, { controller })).rejects.toThrow(refused);
  });
});
