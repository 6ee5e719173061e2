// @ts-check
// Why this exists: the documentation as a site, with search, of the very files in docs/. Its tools are a project of their
// own, so that nobody who works on the library has to install them: they are installed here on first use, and again when
// the lock file changed. `--dev` serves the site and shows changes at once; without it the site is built, and a link
// that leads nowhere fails. `SITE_BASE` is the path under which it will be served, `SITE_SOURCE_URL` where files are that
// are no pages.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const site = resolve(import.meta.dirname, '../site');
const { values } = parseArgs({ options: { dev: { type: 'boolean' } } });

/** @param {string} command @param {string[]} given */
function run(command, given) {
  const { status, error } = spawnSync(command, given, { cwd: site, stdio: 'inherit' });
  if (status !== 0) {
    console.error(`site: ${error?.message ?? `${command} ended with status ${status}`}`);
    process.exit(1);
  }
}

/** Written by npm after each installation. */
const installed = join(site, 'node_modules/.package-lock.json');
const isCurrent =
  existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(site, 'package-lock.json')).mtimeMs;
if (!isCurrent) run('npm', ['ci', '--ignore-scripts', '--silent']);

const vitepress = join(site, 'node_modules/vitepress/bin/vitepress.js');
run(process.execPath, [vitepress, values.dev ? 'dev' : 'build', '.']);
if (!values.dev) console.log(`site: ${join(site, 'dist')}; npm run site -- --dev serves it while you write`);
