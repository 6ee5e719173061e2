// @ts-check
// Why this exists: an app's developer copies examples/expo-app, and gives the client the real modules of Expo and React Native.
// This installs them from the app's own lock file, and compiles the app against their types and the client's. Then Metro bundles
// it for iOS and Android, as for a phone. It fails if the compiler did not read the types of one of those modules. At the end the
// app's own tests run in Jest.
// It needs the registry at the first run, and is no part of `npm test`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runJest } from './expo-jest.js';

const NODE = '24';
/** Their types have to fit the client's: without them nothing is proved. */
const TYPES = [
  '@expo/app-integrity',
  '@pagopa/io-react-native-crypto',
  '@react-native-async-storage/async-storage',
  'expo',
  'expo-crypto',
  'expo-secure-store',
  'react-native',
];
const PLATFORMS = ['ios', 'android'];

const root = resolve(import.meta.dirname, '..');
const app = join(root, 'examples/expo-app');

/** Whether Expo runs on this Node: 22.13, 24.3, or 26 and later. */
function isNodeNewEnough() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return (major === 22 && minor >= 13) || (major === 24 && minor >= 3) || major >= 26;
}

const start = isNodeNewEnough() ? [] : ['npx', '--yes', `--package=node@${NODE}`, '--'];

/**
 * Runs a command, and ends this program if it fails.
 *
 * @param {string} title @param {string} cwd @param {string[]} words @returns {string} its output
 */
function run(title, cwd, words) {
  console.log(`expo: ${title}`);
  const [command = '', ...rest] = words;
  const env = { ...process.env, CI: '1', EXPO_NO_TELEMETRY: '1', EXPO_OFFLINE: '1' };
  const { status, error, stdout, stderr } = spawnSync(command, rest, {
    cwd,
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status === 0) return stdout;
  // The list of files that tsc read is of no use here.
  const output = stdout.split('\n').filter((line) => !/^\/.*\.(?:[cm]?tsx?|json)$/.test(line));
  console.error([...output, stderr, error?.message ?? ''].join('\n'));
  console.error(`expo: failed: ${title}`);
  process.exit(1);
}

/** @param {string} folder @param {string} bin */
const binary = (folder, bin) => join(folder, 'node_modules/.bin', bin);

const { dependencies } = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8'));
const version = run('the version of Node for Expo', root, [...start, 'node', '-p', 'process.version']).trim();
console.log(`expo: Node ${version}, expo ${dependencies.expo}, react-native ${dependencies['react-native']}`);
run('npm ci in examples/expo-app', app, [
  ...start,
  'npm',
  'ci',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
]);
const packages = ['packages/client', 'packages/testing', 'packages/attestkit'];
run('build of the packages', root, [binary(root, 'tsc'), '-b', ...packages]);
run('the files of attestkit', root, ['node', 'tools/rooms.js']);

const read = run('tsc --noEmit in examples/expo-app', app, [binary(app, 'tsc'), '--noEmit', '--listFiles'])
  .split('\n')
  .map((line) => line.trim());
const own = read.filter((file) => file.startsWith(`${app}/`) && !file.includes('/node_modules/'));
const missing = TYPES.filter((name) => !read.some((file) => file.includes(`/node_modules/${name}/`)));
if (!read.some((file) => file.endsWith('/packages/client/dist/attesters/expo/index.d.ts')))
  missing.push('attestkit-client/expo');
if (own.length === 0 || missing.length > 0) {
  console.error(`expo: ${own.length} files of the app; not read: the types of ${missing.join(', ')}`);
  process.exit(1);
}
console.log(
  `expo: ${own.length} files of the app fit the types of ${TYPES.length} packages and the client's`,
);

run('tsc --noEmit of the tests', app, [binary(app, 'tsc'), '-p', '__tests__']);

const out = mkdtempSync(join(tmpdir(), 'attestkit-expo-'));
process.on('exit', () => rmSync(out, { recursive: true, force: true }));
const platforms = PLATFORMS.flatMap((platform) => ['--platform', platform]);
const expo = [binary(app, 'expo'), 'export', ...platforms, '--output-dir', out];
run(`bundles for ${PLATFORMS.join(' and ')}, compiled for Hermes`, app, [...start, ...expo]);
const bundles = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.hbc'),
);
for (const name of bundles) console.log(`expo: ${name}`);
if (bundles.length !== PLATFORMS.length) {
  console.error(`expo: ${bundles.length} bundles for ${PLATFORMS.length} platforms`);
  process.exit(1);
}

runJest(root, app, start, run);
