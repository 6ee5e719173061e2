// Why this exists: mutants of real objects find what mutants of our own do not. The objects are read from the folder that
// ATTESTKIT_VECTORS names, or from ../shared/vectors beside the repository if that folder exists.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NAMED = process.env['ATTESTKIT_VECTORS'];
const FOLDER = NAMED ?? fileURLToPath(new URL('../../../../shared/vectors', import.meta.url));

/** A published object with what it must be verified with. */
export interface Vector {
  readonly name: string;
  /** Whether the collection says that it passes. */
  readonly isGenuine: boolean;
  readonly text: (member: string) => string | undefined;
  readonly value: (member: string) => unknown;
  /** The octets of a member in base64; none if it is missing. */
  readonly bytes: (member: string) => Buffer;
}

/** What such a file holds. */
interface Members extends Readonly<Record<string, unknown>> {
  readonly expected?: { readonly verdict?: string };
}

/** The text of a file of the collection; undefined if there is none. */
export function vectorText(...path: string[]): string | undefined {
  const file = join(FOLDER, ...path);
  return NAMED === undefined && !existsSync(file) ? undefined : readFileSync(file, 'utf8');
}

/** The files of a folder whose names begin with `prefix`; none if the folder is missing and no variable names it. */
export function vectors(folder: string, prefix: string): Vector[] {
  const path = join(FOLDER, folder);
  if (NAMED === undefined && !existsSync(path)) return [];
  const files = readdirSync(path).filter((file) => file.startsWith(prefix));
  if (files.length === 0) throw new Error(`there is no ${prefix} in ${path}`);
  return files.map((name) => {
    const members = JSON.parse(readFileSync(join(path, name), 'utf8')) as Members;
    const text = (member: string): string | undefined => {
      const value = members[member];
      return typeof value === 'string' ? value : undefined;
    };
    return {
      name,
      isGenuine: members.expected?.verdict === 'pass',
      text,
      value: (member) => members[member],
      bytes: (member) => Buffer.from(text(member) ?? '', 'base64'),
    };
  });
}
