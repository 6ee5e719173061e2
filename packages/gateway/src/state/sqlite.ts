import { existsSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConfigurationError } from 'attestkit';
import type { SqliteHandle } from 'attestkit/stores/sqlite';

/** A file that this process alone has open. */
export interface OpenFile {
  readonly handle: SqliteHandle;
  close(): void;
}

interface Database extends SqliteHandle {
  exec(sql: string): unknown;
  close(): void;
}

/**
 * Opens the file, and keeps every other gateway from it: by a lock of the system on a file beside it, which ends with the process,
 * however that ends.
 *
 * @throws ConfigurationError (rejects with it)
 */
export async function openSqlite(path: string): Promise<OpenFile> {
  const open = await driver();
  const opened: Database[] = [];
  const opening = (file: string): Database => {
    const database = open(file);
    opened.push(database);
    return database;
  };
  const close = (): void => {
    for (const database of opened.toReversed()) database.close();
  };
  if (!existsSync(dirname(path)))
    throw new ConfigurationError(
      'store',
      `(${path}) is in a folder that does not exist`,
      'Make the folder, or mend the path.',
    );
  try {
    // Of the file itself, by whatever links it is named.
    const lock = opening(`${existsSync(path) ? realpathSync(path) : path}.lock`);
    lock.exec('PRAGMA journal_mode = DELETE');
    lock.exec('BEGIN EXCLUSIVE');
    return { handle: opening(path), close };
  } catch (cause) {
    close();
    const { errcode, code = 'an error of SQLite' } = cause as {
      readonly errcode?: number;
      readonly code?: string;
    };
    const isBusy = errcode === BUSY || /locked|busy/i.test((cause as Error).message);
    throw isBusy
      ? new ConfigurationError(
          'store',
          `(${path}) is in use by another gateway`,
          'Stop that one, or give a store that several share: redis://… or postgres://….',
        )
      : new ConfigurationError(
          'store',
          `(${path}) cannot be opened (${code})`,
          'Give a file in a folder that the user of the gateway may write to.',
          { cause },
        );
  }
}

/** SQLITE_BUSY. */
const BUSY = 5;

/** Node's own from 22.13 on; before, a package with prebuilt binaries. */
async function driver(): Promise<(file: string) => Database> {
  // The types of Node 20 do not know it.
  const builtin = 'node:sqlite';
  const found = (await import(builtin).catch(() => import('@photostructure/sqlite'))) as {
    readonly DatabaseSync: new (file: string) => Database;
  };
  return (file) => new found.DatabaseSync(file);
}
