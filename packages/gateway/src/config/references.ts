import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Path, Problem } from './problem.js';

/** Where the values of references come from. */
export interface Sources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative paths begin here: the folder of the configuration. */
  readonly folder: string;
}

const REFERENCE = /\$\$\{|\$\{(file:)?([^}]*)\}/g;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const MOST_FILE_BYTES = 1_048_576;

/** Whether a text is one reference and nothing else: what a secret has to be. */
export function isReference(text: unknown): boolean {
  return typeof text === 'string' && /^\$\{[^}]+\}$/.test(text);
}

/** Puts in the values of `${NAME}` and `${file:PATH}`, in all texts. `$${` stands for `${`. */
export function resolved(
  value: unknown,
  sources: Sources,
  onProblem: (problem: Problem) => void,
  path: Path = [],
): unknown {
  if (typeof value === 'string') return resolvedText(value, sources, path, onProblem);
  if (Array.isArray(value)) return value.map((each, at) => resolved(each, sources, onProblem, [...path, at]));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, resolved(each, sources, onProblem, [...path, name])]),
  );
}

function resolvedText(
  text: string,
  { env, folder }: Sources,
  path: Path,
  onProblem: (problem: Problem) => void,
): string {
  return text.replace(REFERENCE, (whole, isFile: string | undefined, name: string | undefined) => {
    if (whole === '$${') return '${';
    if (isFile !== undefined) return contentOf(resolve(folder, name ?? ''), path, onProblem);
    if (name === undefined || !NAME.test(name)) {
      onProblem({
        path,
        says: `has ${whole}, which is not the name of a variable`,
        remedy: 'Write ${NAME}, or $${ for the text itself.',
      });
      return '';
    }
    const found = env[name];
    if (found !== undefined && found !== '') return found;
    const is = found === undefined ? 'not set' : 'empty';
    onProblem({ path, says: `needs the variable ${name}, which is ${is}`, remedy: `Set ${name}.` });
    return '';
  });
}

/** Without the end of its last line. */
function contentOf(file: string, path: Path, onProblem: (problem: Problem) => void): string {
  try {
    const bytes = readFileSync(file);
    if (bytes.length > MOST_FILE_BYTES) throw new Error('more than 1 MiB');
    return bytes.toString('utf8').replace(/\r?\n$/, '');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    const isMissing = code === 'ENOENT';
    onProblem({
      path,
      says: `needs the file ${file}, which ${isMissing ? 'does not exist' : `cannot be read (${code})`}`,
      remedy: isMissing ? 'Make it, or mend its path.' : 'Make it readable for the user of the gateway.',
    });
    return '';
  }
}
