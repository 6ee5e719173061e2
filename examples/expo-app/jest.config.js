module.exports = {
  preset: 'jest-expo',
  // The preset's own pattern, and attestkit: its packages are ES modules, which Jest cannot load.
  transformIgnorePatterns: ['/node_modules/(?!(.pnpm|attestkit|react-native|@react-native|expo|@expo))'],
  testMatch: ['**/__tests__/*.test.ts?(x)'],
  // Only in this repository, where attestkit's packages are links: what Babel imports is here.
  modulePaths: ['<rootDir>/node_modules'],
};
