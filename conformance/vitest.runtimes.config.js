// @ts-check
// Apart from the other tests: the runtimes come from the package registry, about 100 MB each.
import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { include: ['runtimes/*.check.ts', 'bare/*.check.ts'] } });
