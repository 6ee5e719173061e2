import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { onTestFinished } from 'vitest';
import { databaseFile } from './opened.js';

/** A file that is gone when the test ends. */
export function file(): string {
  const { path, remove } = databaseFile();
  onTestFinished(remove);
  return path;
}

/** A database that is closed when the test ends. */
export function open(path: string): DatabaseSyncInstance {
  const database = new DatabaseSync(path);
  onTestFinished(() => {
    if (database.isOpen) database.close();
  });
  return database;
}

export function pragma(database: DatabaseSyncInstance, name: string): unknown {
  return Object.values(database.prepare(`PRAGMA ${name}`).get() as object)[0];
}

/** The rows of a table; a condition may follow its name. */
export function count(database: DatabaseSyncInstance, table: string): number {
  return (database.prepare(`SELECT count(*) AS rows FROM ${table}`).get() as { rows: number }).rows;
}
