import { readFileSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Editors write a file in several steps. */
const QUIET_MS = 200;

/**
 * Calls back when the process gets SIGHUP, and when the text of the file has changed: also if another file took its place, as editors and
 * Kubernetes do.
 *
 * @returns ends it
 */
export function followFile(file: string, onChange: () => void): () => void {
  let last = textOf(file);
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    const text = textOf(file);
    // Not there for a moment: the one that takes its place comes next.
    if (text === undefined || text === last) return;
    last = text;
    onChange();
  };
  const hangUp = (): void => {
    last = textOf(file);
    onChange();
  };
  process.on('SIGHUP', hangUp);
  // The folder, since a watch of the file would stay with the one that was replaced.
  const watcher = watch(dirname(file) || '.', (_, name) => {
    if (name !== null && name !== basename(file) && !name.startsWith('..')) return;
    clearTimeout(timer);
    timer = setTimeout(look, QUIET_MS);
  });
  // Without it, SIGHUP is left.
  watcher.on('error', () => watcher.close());
  return () => {
    clearTimeout(timer);
    watcher.close();
    process.off('SIGHUP', hangUp);
  };
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
