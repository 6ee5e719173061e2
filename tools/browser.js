// @ts-check
// Why this exists: the client also runs in web pages, and only a browser says how it gets on there. This drives Chromium: the
// example with App Check, pages with sessions, and the client without most globals. The browser is not installed here: Debian has
// it in the package `chromium`, and `CHROMIUM` names another one. Without one it says that it skips, and fails if CI is `true`.
// Playwright and Firebase's SDK are projects of their own, which are installed on first use.
import { execFileSync, spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { installOwn } from './own-install.js';

const root = resolve(import.meta.dirname, '..');
const page = 'examples/web-page';
const suite = 'conformance/browser';

installOwn(join(root, page));
installOwn(join(root, suite));
execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
// Their types are here only now.
for (const project of [`${page}/page`, suite])
  execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', project], { cwd: root, stdio: 'inherit' });
const { status } = spawnSync('npm', ['run', '--silent', 'test:browser', '-w', 'conformance'], {
  cwd: root,
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
