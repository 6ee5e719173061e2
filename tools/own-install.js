// @ts-check
// Why this exists: a few tools are projects of their own, with a lock file each, so that `npm ci` of the repository stays
// small. They are installed where they are needed, on first use, and again when their lock file changed.
import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Installs a project from its lock file, unless that has been done. @param {string} folder */
export function installOwn(folder) {
  // Written by npm after each installation.
  const installed = join(folder, 'node_modules/.package-lock.json');
  const lock = join(folder, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  execFileSync('npm', ['ci', '--ignore-scripts', '--silent'], { cwd: folder, stdio: 'inherit' });
}
