// @ts-check
import { allowedImports } from './tools/allowed-imports.js';

const src = 'packages/attestkit/src';
const rooms = Object.keys(allowedImports);

/** A relative import of a file of the room, as written in another room. @param {string} room */
function importOf(room) {
  const name = room.replace('adapters/', '');
  return `^\\.{1,2}/(\\.\\./)*(adapters/)?${name}(/|\\.js$)`;
}

/** @param {string} room @returns {import('oxlint').OxlintOverride} */
function boundaryOf(room) {
  const row = allowedImports[room];
  const forbidden = rooms.filter(
    (other) => other !== room && !row?.rooms.includes(other) && other !== 'index',
  );
  const patterns = forbidden.map((other) => ({
    regex: importOf(other),
    message: `${room} may not import ${other}.`,
  }));
  const files = [`${src}/${room}.ts`, `${src}/${room}/**`];
  return { files, rules: { 'no-restricted-imports': ['error', { patterns }] } };
}

/** @type {import('oxlint').OxlintConfig} */
const config = {
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'node', 'promise'],
  categories: { correctness: 'error', suspicious: 'error' },
  ignorePatterns: ['**/dist/**', 'coverage/**', '.snippets/**'],
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
    ...rooms.map(boundaryOf),
    {
      files: ['examples/**', 'conformance/**', 'bench/**'],
      rules: {
        'no-restricted-imports': [
          'error',
          {
            patterns: [
              { regex: 'packages/|attestkit/(dist|src)', message: 'Import a public subpath of attestkit.' },
            ],
          },
        ],
      },
    },
    { files: ['examples/**', 'bench/**', 'tools/**', `${src}/cli/**`], rules: { 'no-console': 'off' } },
    { files: ['**/test/**', 'conformance/**'], rules: { 'unicorn/consistent-function-scoping': 'off' } },
    { files: ['*.config.js'], rules: { 'import/no-default-export': 'off' } },
  ],
};

export default config;
