// @ts-check
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    env: { NODE_ENV: 'test' },
    // A test that hangs ends some time; how long one takes on a busy machine is not what is tested.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'unit', include: ['packages/attestkit/test/**/*.test.ts'] } },
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
