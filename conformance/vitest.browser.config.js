// @ts-check
// Apart from the other tests: they need Chromium, and playwright-core, which has a lock file of its own.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['browser/**/*.check.ts'], testTimeout: 60_000, hookTimeout: 60_000, maxWorkers: 2 },
});
