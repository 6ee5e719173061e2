// @ts-check

const src = 'packages/*/src';

/** @type {import('oxlint').OxlintConfig} */
const config = {
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'node', 'promise'],
  categories: { correctness: 'error', suspicious: 'error' },
  ignorePatterns: ['**/dist/**', 'packages/attestkit/lib/**', 'coverage/**', '.snippets/**'],
  options: { reportUnusedDisableDirectives: 'error' },
  rules: {
    'import/no-cycle': 'error',
    'import/no-default-export': 'error',
    'import/no-self-import': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/no-extraneous-class': ['error', { allowWithDecorator: true }],
    'typescript/consistent-type-imports': 'error',
    'max-lines': ['error', { max: 300 }],
    'no-console': 'error',
    eqeqeq: 'error',
  },
  overrides: [
    { files: [`${src}/**`], rules: { 'node/no-top-level-await': 'error' } },
    {
      files: ['examples/**', 'conformance/**', 'bench/**', 'fuzz/test/**'],
      rules: {
        'no-restricted-imports': [
          'error',
          {
            patterns: [
              { regex: 'packages/|attestkit(-testing)?/(dist|lib|src)', message: 'Import a public subpath.' },
            ],
          },
        ],
      },
    },
    {
      // No file describes the guards of the suite: their gateways are put together from its parts, before its tests' proxies.
      files: [
        'conformance/targets/gateway/{serve-spec,api,proxies,stand-ins}.ts',
        'conformance/gateway/client-model.test.ts',
      ],
      rules: { 'no-restricted-imports': 'off' },
    },
    {
      // One file of the fuzzer names the readers that no path exports; everything else gets them from there. Another reads
      // the command line, as all commands do.
      files: ['fuzz/src/**'],
      excludeFiles: ['fuzz/src/subject/subject.ts', 'fuzz/src/run/options.ts'],
      rules: {
        'no-restricted-imports': [
          'error',
          {
            patterns: [
              // Any package whose name does not begin like those two: patterns have no look-ahead.
              {
                regex: '^(@|[b-mo-z]|a[^t]|at[^t]|n[^o]|no[^d])',
                message: 'Import node: and attestkit alone.',
              },
              { regex: 'packages/|attestkit/(dist|lib|src)', message: 'Take it from subject/subject.ts.' },
            ],
          },
        ],
      },
    },
    {
      files: ['examples/**', 'bench/**', 'fuzz/src/main.ts', 'tools/**', 'packages/attestkit/src/cli/**'],
      rules: { 'no-console': 'off' },
    },
    { files: ['**/test/**', 'conformance/**'], rules: { 'unicorn/consistent-function-scoping': 'off' } },
    // VitePress reads the default exports of both.
    {
      files: ['site/.vitepress/config.js', 'site/.vitepress/theme/index.js'],
      rules: { 'import/no-default-export': 'off' },
    },
    {
      files: ['packages/pages/src/*/main.tsx'],
      rules: { 'import/no-unassigned-import': ['error', { allow: ['**/*.css'] }] },
    },
    {
      files: ['site/**'],
      rules: { 'no-console': 'off', 'import/no-unassigned-import': ['error', { allow: ['**/*.css'] }] },
    },
    { files: ['*.config.js'], rules: { 'import/no-default-export': 'off' } },
  ],
};

export default config;
