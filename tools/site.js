// @ts-check
// Why this exists: the documentation as a site, with search, of the very files in docs/. Its tools are a project of their
// own, installed on first use. `--dev` serves the site and shows changes at once; without it the site is built, and a link
// that leads nowhere fails. `SITE_BASE` is the path under which it will be served, `SITE_SOURCE_URL` where files are that
// are no pages.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { installOwn } from './own-install.js';

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

installOwn(site);
const vitepress = join(site, 'node_modules/vitepress/bin/vitepress.js');
run(process.execPath, [vitepress, values.dev ? 'dev' : 'build', '.']);
if (!values.dev) console.log(`site: ${join(site, 'dist')}; npm run site -- --dev serves it while you write`);
