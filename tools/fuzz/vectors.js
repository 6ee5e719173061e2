// @ts-check
// Why this exists: mutants of real objects find what mutants of our own do not. They are read from the folder that
// ATTESTKIT_VECTORS names, or from ../shared/vectors beside the repository where that is there.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NAMED = process.env['ATTESTKIT_VECTORS'];
const FOLDER = NAMED ?? fileURLToPath(new URL('../../../shared/vectors', import.meta.url));

/** The text of a file of the collection; undefined where there is none. @param {string[]} path */
export function vectorText(...path) {
  const file = join(FOLDER, ...path);
  return NAMED === undefined && !existsSync(file) ? undefined : readFileSync(file, 'utf8');
}

/**
 * Evidence files, whatever their verdict; none where the folder is absent and nothing named it.
 *
 * @param {string} folder @param {string} prefix of the file's name
 * @returns {{ name: string, isGenuine: boolean, text: (member: string) => string | undefined, value: (member: string) => unknown, bytes: (member: string) => Buffer }[]}
 */
export function vectors(folder, prefix) {
  const path = join(FOLDER, folder);
  if (NAMED === undefined && !existsSync(path)) return [];
  const files = readdirSync(path).filter((file) => file.startsWith(prefix));
  if (files.length === 0) throw new Error(`there is no ${prefix} in ${path}`);
  return files.map((name) => {
    const members = JSON.parse(readFileSync(join(path, name), 'utf8'));
    return {
      name,
      isGenuine: members.expected?.verdict === 'pass',
      text: (member) => members[member],
      value: (member) => members[member],
      bytes: (member) => Buffer.from(members[member] ?? '', 'base64'),
    };
  });
}
