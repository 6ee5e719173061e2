// @ts-check
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ADAPTERS, PACKAGES, ROOMS, planFor } from '../plan.js';

const ROOT = new URL('../../../', import.meta.url);
const { scripts } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8'));
const every = [...ROOMS, ...ADAPTERS, ...PACKAGES];

/** @param {string} name */
const plan = (name) => (planFor(name) ?? []).map(({ script, args = [] }) => [script, ...args].join(' '));

describe('what a change needs', () => {
  it.each([
    [
      'approov',
      ['test:unit packages/attestkit/test/approov/ packages/attestkit/test/catalogs.test.ts', 'docs:check'],
    ],
    ['env', ['test:unit packages/attestkit/test/env/']],
    ['create-guard', ['test:unit packages/attestkit/test/guard/']],
    ['catalog', ['test:unit packages/attestkit/test/catalogs.test.ts', 'docs:check']],
    ['koa', ['test:unit packages/attestkit/test/adapters', 'test:conformance -t ^.?(Koa)']],
    ['adapters/koa', ['test:unit packages/attestkit/test/adapters', 'test:conformance -t ^.?(Koa)']],
    ['docs', ['test:unit packages/attestkit/test/docs', 'test:docs']],
    ['fuzz', ['test:unit fuzz/test', 'fuzz --seed 1 --count 2000']],
  ])('%s', (name, stages) => {
    expect(plan(name)).toEqual(['typecheck', 'lint', ...stages]);
  });

  it.each(['nonsense', '', 'adapters/approov', 'index', 'adapters', 'constructor'])(
    'has no plan for "%s"',
    (name) => {
      expect(planFor(name)).toBeUndefined();
    },
  );

  it.each(every)('%s begins with the compiler and the linter, and runs scripts that there are', (name) => {
    const stages = planFor(name) ?? [];
    expect(stages.slice(0, 2).map(({ script }) => script)).toEqual(['typecheck', 'lint']);
    for (const { script } of stages) expect(Object.keys(scripts)).toContain(script);
    expect(stages.length).toBeGreaterThan(2);
  });

  it('runs each folder of tests of the library for some room, and names paths that there are', () => {
    const paths = every.flatMap((name) =>
      (planFor(name) ?? []).flatMap(({ script, args = [] }) => (script === 'test:unit' ? args : [])),
    );
    for (const path of paths) expect(existsSync(new URL(path, ROOT)), path).toBe(true);
    const folders = readdirSync(new URL('packages/attestkit/test', ROOT)).map(
      (name) => `packages/attestkit/test/${name}`,
    );
    const covered = folders.filter((folder) => paths.some((path) => path.startsWith(folder)));
    expect(folders.filter((folder) => !covered.includes(folder))).toEqual([
      'packages/attestkit/test/vectors.ts',
    ]);
  });

  it('knows every name once', () => {
    expect(every).toHaveLength(new Set(every).size);
  });
});
