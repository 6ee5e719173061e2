import { existsSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConfigurationError } from 'attestkit';
import type { SqliteHandle } from 'attestkit/stores/sqlite';

/** A file that this process alone has open. */
export interface OpenFile {
  readonly handle: SqliteHandle;
  close(): void;
}

/** What is used of `DatabaseSync`. */
export interface Database extends SqliteHandle {
  prepare(sql: string): Statement;
  close(): void;
}

/** A statement that also gives all its rows. */
export type Statement = ReturnType<SqliteHandle['prepare']> & {
  all(...values: (string | number | null)[]): unknown[];
};

/** A file, and the lock that keeps other processes from it. */
export interface LockedFile {
  readonly database: Database;
  close(): void;
}

/**
 * Opens the file, and keeps every other gateway from it: by a lock of the system on a file beside it, which ends with the process,
 * however that ends.
 *
 * @throws ConfigurationError (rejects with it)
 */
export async function openSqlite(path: string): Promise<OpenFile> {
  if (!existsSync(dirname(path)))
    throw new ConfigurationError(
      'store',
      `(${path}) is in a folder that does not exist`,
      'Make the folder, or mend the path.',
    );
  try {
    const { database, close } = await openLocked(path);
    return { handle: database, close };
  } catch (cause) {
    const { code = 'an error of SQLite' } = cause as { readonly code?: string };
    throw isBusy(cause)
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

/**
 * The same for any file.
 *
 * @throws what SQLite throws (rejects with it)
 */
export async function openLocked(path: string): Promise<LockedFile> {
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
  try {
    // Of the file itself, by whatever links it is named.
    const lock = opening(`${existsSync(path) ? realpathSync(path) : path}.lock`);
    lock.exec('PRAGMA journal_mode = DELETE');
    lock.exec('BEGIN EXCLUSIVE');
    return { database: opening(path), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Whether another process has it. */
export function isBusy(error: unknown): boolean {
  const { errcode, message } = error as { readonly errcode?: number; readonly message: string };
  return errcode === BUSY || /locked|busy/i.test(message);
}

/** SQLITE_BUSY. */
const BUSY = 5;

/** Node's own from 22.13 on; before, a package with prebuilt binaries. */
export async function driver(): Promise<(file: string) => Database> {
  // The types of Node 20 do not know it.
  const builtin = 'node:sqlite';
  const found = (await import(builtin).catch(() => import('@photostructure/sqlite'))) as {
    readonly DatabaseSync: new (file: string) => Database;
  };
  return (file) => new found.DatabaseSync(file);
}
