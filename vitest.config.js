// @ts-check
import { defineConfig } from 'vitest/config';

const UNIT = 'packages/attestkit/test/**/*.test.ts';
const FUZZ = 'fuzz/test/**/*.test.ts';
const ORDERS = 'packages/attestkit/test/sessions/orders/*.test.ts';

/** The fuzzer takes the built package; its tests take the sources, so that they need no build and count for coverage. */
const src = `${import.meta.dirname}/packages/attestkit/src`;
const sources = [
  { find: /^attestkit$/, replacement: `${src}/index.ts` },
  { find: /^attestkit\/(.+)$/, replacement: `${src}/$1/index.ts` },
  { find: /^(\.\.\/)+packages\/attestkit\/dist\/(.+)\.js$/, replacement: `${src}/$2.ts` },
];

export default defineConfig({
  test: {
    env: { NODE_ENV: 'test' },
    // A test that hangs ends some time; how long one takes on a busy machine is not what is tested.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        resolve: { alias: sources },
        test: { name: 'unit', include: [UNIT, FUZZ], exclude: [ORDERS] },
      },
      // On its own, since measuring coverage slows it down more than anything else.
      { extends: true, test: { name: 'orders', include: [ORDERS] } },
      { extends: true, test: { name: 'conformance', include: ['conformance/**/*.test.ts'] } },
    ],
    coverage: {
      provider: 'v8',
      include: ['packages/attestkit/src/**/*.ts'],
      exclude: ['packages/attestkit/src/ports/**'],
      reporter: ['text-summary', 'html'],
      thresholds: { statements: 95, branches: 90, functions: 95, lines: 95 },
    },
  },
});
