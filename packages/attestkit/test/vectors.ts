import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { it } from 'vitest';

const NAMED = process.env['ATTESTKIT_VECTORS'];
const FOLDER = NAMED ?? fileURLToPath(new URL('../../../../shared/vectors', import.meta.url));

/** A published evidence file, and what it is called. */
export type Vector = Readonly<Record<string, unknown>> & { readonly file: string };

/** Published evidence whose path begins with one of the prefixes. */
export interface Vectors {
  /** Empty where the folder is absent. */
  readonly files: readonly Vector[];
  /** A test over all of them; skipped aloud where the folder is absent, and failing there where CI runs it. */
  run(name: string, test: (files: readonly Vector[]) => void | Promise<void>): void;
}

/** Evidence that is never copied into the repository, by prefixes of its path: `app-attest/assertion`. */
export function vectors(...prefixes: readonly string[]): Vectors {
  const files = prefixes.flatMap(read);
  const isAbsent = !existsSync(FOLDER) && NAMED === undefined && process.env['CI'] !== 'true';
  return {
    files,
    run(name, test) {
      if (isAbsent) {
        process.stderr.write(`NOT tried, no folder of vectors: ${name}\n`);
        it.skip(name, () => undefined);
        return;
      }
      it(name, () => {
        if (files.length === 0) throw new Error(`no vectors in ${FOLDER}: ${prefixes.join(', ')}`);
        return test(files);
      });
    },
  };
}

function read(prefix: string): Vector[] {
  const [folder = '', start = ''] = prefix.split('/');
  const path = join(FOLDER, folder);
  if (!existsSync(path)) return [];
  const names = readdirSync(path).filter((name) => name.startsWith(start) && name.endsWith('.json'));
  return names.map((file) => ({ ...(JSON.parse(readFileSync(join(path, file), 'utf8')) as object), file }));
}
