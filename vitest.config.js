// @ts-check
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const UNIT = 'packages/*/test/**/*.test.ts';
const FUZZ = 'fuzz/test/**/*.test.ts';
const EXPO = 'examples/expo-app/test/**/*.test.ts';
const TOOLS = 'tools/*/test/**/*.test.js';
/** What measuring coverage slows down more than anything else: it runs without. */
const UNMEASURED = [
  'packages/attestkit/test/sessions/orders/*.test.ts',
  'packages/attestkit/test/kernel/random-*.test.ts',
];

/**
 * Each public path of a package as the source behind it, so that unit tests need no build, and that a test which imports
 * the testing kit and a source of the library loads no module twice.
 *
 * @param {string} folder
 */
function sources(folder) {
  const { name, exports } = JSON.parse(
    readFileSync(new URL(`${folder}/package.json`, import.meta.url), 'utf8'),
  );
  return Object.entries(exports).flatMap(([path, { default: built }]) => {
    if (built === undefined) return []; // package.json
    const source = built.replace(/^\.\/(?:dist|lib)\/(.*)\.js$/, `${folder}/src/$1.ts`);
    const replacement = fileURLToPath(new URL(source, import.meta.url));
    return [{ find: new RegExp(`^${path.replace('.', name)}$`), replacement }];
  });
}

/** The fuzzer names some readers that no path exports: its tests take their sources. */
const built = {
  find: /^(\.\.\/)+packages\/attestkit\/dist\/(.+)\.js$/,
  replacement: `${import.meta.dirname}/packages/attestkit/src/$2.ts`,
};

const resolve = {
  alias: [
    ...sources('packages/attestkit'),
    ...sources('packages/testing'),
    ...sources('packages/client'),
    ...sources('packages/gateway'),
    built,
  ],
};

export default defineConfig({
  test: {
    env: { NODE_ENV: 'test' },
    // A test that hangs ends some time; how long one takes on a busy machine is not what is tested.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, resolve, test: { name: 'unit', include: [UNIT, FUZZ, TOOLS], exclude: UNMEASURED } },
      // The app's own tsconfig extends that of Expo, which is not installed here.
      {
        extends: true,
        resolve,
        tsconfig: `${import.meta.dirname}/tsconfig.base.json`,
        test: { name: 'expo', include: [EXPO] },
      },
      { extends: true, resolve, test: { name: 'orders', include: UNMEASURED } },
      { extends: true, test: { name: 'conformance', include: ['conformance/**/*.test.ts'] } },
    ],
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      exclude: ['packages/attestkit/src/ports/**'],
      reporter: ['text-summary', 'html'],
      thresholds: { statements: 95, branches: 90, functions: 95, lines: 95 },
    },
  },
});
