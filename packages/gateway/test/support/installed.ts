import { spawnSync } from 'node:child_process';

/**
 * Whether programs of the system are installed. Without them tests are skipped, aloud; in continuous integration that is a failure, since a
 * test that never runs proves nothing.
 */
export function areInstalled(...programs: readonly string[]): boolean {
  const missing = programs.filter((program) => spawnSync(program, ['--version']).error !== undefined);
  if (missing.length === 0) return true;
  const says = `not installed: ${missing.join(', ')}`;
  if (process.env['CI'] === 'true') throw new Error(says);
  process.stderr.write(`${says}; the tests that need it are skipped\n`);
  return false;
}
