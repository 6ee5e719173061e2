// @ts-check
// Why this exists: apps are tested with Jest, by the preset of Expo or that of React Native, and Jest has a module loader of its
// own. This runs the tests of examples/expo-app on the packages as npm has them, with the settings that docs/client.md shows: all
// of them with Expo's preset, those without screens with React Native's. It fails when a run executed no test. A part of tools/expo.js.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PACKAGES = { attestkit: 'attestkit', 'attestkit-testing': 'testing', 'attestkit-client': 'client' };

/** What the app has to have for its tests. */
const SCREENS = ['App.tsx', 'src', '__tests__', 'package.json'];
const LOGIC = ['src/wallet.ts', '__tests__', 'package.json'];

/** An app without Expo has the preset of React Native here. It does the same to modules. */
const BABEL = "module.exports = { presets: [require.resolve('expo/internal/babel-preset')] };";

/**
 * @param {string} root @param {string} app
 * @param {readonly string[]} start what starts a command on a Node that is new enough
 * @param {(title: string, cwd: string, words: string[]) => string} run ends this program if the command fails
 */
export function runJest(root, app, start, run) {
  // In the app's folder, so that its packages are found; not in /tmp.
  const home = join(app, '.jest');
  rmSync(home, { recursive: true, force: true });
  process.on('exit', () => rmSync(home, { recursive: true, force: true }));
  for (const [name, folder] of Object.entries(PACKAGES)) {
    const unpacked = join(home, 'node_modules', name);
    mkdirSync(unpacked, { recursive: true });
    const pack = ['npm', 'pack', '--silent', '--ignore-scripts', '--pack-destination', home];
    const file = run(`pack ${name}`, join(root, 'packages', folder), pack).trim();
    run(`unpack ${name}`, home, ['tar', '-xzf', file, '-C', unpacked, '--strip-components=1']);
  }

  const page = readFileSync(join(root, 'docs/client.md'), 'utf8');
  const settings = page.split(/^```.*$/m).find((block) => block.includes("preset: 'jest-expo'"));
  if (settings === undefined) throw new Error('docs/client.md has no settings of Jest');
  const presets = {
    'jest-expo': { parts: SCREENS, tests: [] },
    '@react-native/jest-preset': { parts: LOGIC, tests: ['__tests__/wallet.test.ts'] },
  };
  for (const [preset, { parts, tests }] of Object.entries(presets)) {
    const folder = join(home, preset.replaceAll('/', '-'));
    for (const part of parts) cpSync(join(app, part), join(folder, part), { recursive: true });
    writeFileSync(join(folder, 'jest.config.js'), settings.replace('jest-expo', preset));
    if (parts === LOGIC) writeFileSync(join(folder, 'babel.config.js'), BABEL);
    const report = join(folder, 'report.json');
    const jest = [join(app, 'node_modules/.bin/jest'), '--ci', '--json', `--outputFile=${report}`];
    const pattern = ['--testPathPattern', tests.length > 0 ? tests.join('|') : '\\.test\\.tsx?$'];
    run(`tests in Jest, by ${preset}`, folder, [...start, ...jest, ...pattern]);
    const { numPassedTests } = JSON.parse(readFileSync(report, 'utf8'));
    console.log(`expo: ${numPassedTests} tests passed by ${preset}`);
    if (numPassedTests === 0) throw new Error('no test ran');
  }
}
