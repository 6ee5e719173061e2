import { closeSync, openSync } from 'node:fs';
import { driver, isBusy, openLocked, type Database, type Statement } from '../state/sqlite.js';

/** The format of the tables. Those of another one are dropped: what they have is worth less than code that reads it. */
const FORMAT = 1;

/** `secrets` stays over formats: to sign in must not fail because of a new version. */
const TABLES = {
  meta: '(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID',
  counts: `(scale INTEGER, start INTEGER, dim INTEGER, name TEXT, accepted INTEGER, reported INTEGER, refused INTEGER,
    open INTEGER, PRIMARY KEY (scale, start, dim, name)) WITHOUT ROWID`,
  latencies: `(scale INTEGER, start INTEGER, kind TEXT, name TEXT, failures INTEGER, buckets TEXT,
    PRIMARY KEY (scale, start, kind, name)) WITHOUT ROWID`,
  // Without an index: a narrow table of this length is searched in milliseconds, and indexes of hashes made each write five times as dear.
  rows: '(id INTEGER PRIMARY KEY, name TEXT, outcome TEXT, code TEXT, request TEXT, device TEXT, address TEXT)',
  texts: '(id INTEGER PRIMARY KEY, json TEXT NOT NULL)',
  clients: `(route TEXT, client INTEGER, day INTEGER, class INTEGER, count INTEGER, code TEXT, version TEXT,
    PRIMARY KEY (route, client, day, class)) WITHOUT ROWID`,
  requests: `(route TEXT, day INTEGER, class INTEGER, code TEXT, version TEXT, count INTEGER,
    PRIMARY KEY (route, day, class, code, version)) WITHOUT ROWID`,
  routes: '(route TEXT PRIMARY KEY, since INTEGER NOT NULL) WITHOUT ROWID',
  rates: '(day INTEGER PRIMARY KEY, rate REAL NOT NULL)',
  records: '(name TEXT PRIMARY KEY, record TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID',
} as const;

const INDEXES = ['records (record)', 'records (at)'];

/** What is done in SQLite. It may be done again, on another database, if the first one fails. */
type Work<T> = (database: Prepared) => T;

/** A database with each of its statements prepared once. */
export class Prepared {
  readonly #database: Database;
  readonly #statements = new Map<string, Statement>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** @returns how many rows it changed */
  run(sql: string, ...values: (string | number | null)[]): number {
    return Number(this.#of(sql).run(...values).changes);
  }

  get<Row>(sql: string, ...values: (string | number | null)[]): Row | undefined {
    return this.#of(sql).get(...values) as Row | undefined;
  }

  all<Row>(sql: string, ...values: (string | number | null)[]): readonly Row[] {
    return this.#of(sql).all(...values) as Row[];
  }

  #of(sql: string): Statement {
    let found = this.#statements.get(sql);
    if (found === undefined) this.#statements.set(sql, (found = this.#database.prepare(sql)));
    return found;
  }
}

/** Keeps the history: in a file, or in memory without one or after it failed. */
export class HistoryFile {
  readonly #open: (file: string) => Database;
  readonly #warn: (says: string) => void;
  #database: Database;
  #prepared: Prepared;
  #close: () => void;
  #isFile: boolean;

  /** @param opened the file; undefined for memory */
  constructor(
    open: (file: string) => Database,
    warn: (says: string) => void,
    opened?: { readonly database: Database; close(): void },
  ) {
    this.#open = open;
    this.#warn = warn;
    this.#isFile = opened !== undefined;
    this.#database = opened?.database ?? emptyDatabase(open);
    this.#close = opened?.close ?? (() => this.#database.close());
    this.#prepared = new Prepared(this.#database);
  }

  /** Does it in one transaction. */
  write<T>(work: Work<T>): T {
    return this.#tried((prepared) => {
      this.#database.exec('BEGIN IMMEDIATE');
      const result = work(prepared);
      this.#database.exec('COMMIT');
      return result;
    });
  }

  read<T>(work: Work<T>): T {
    return this.#tried(work);
  }

  close(): void {
    // So that the file alone has everything.
    quietly(() => this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)'));
    this.#close();
  }

  /** A full disk or a broken file ends the history that it has, and nothing else. */
  #tried<T>(work: Work<T>): T {
    try {
      return work(this.#prepared);
    } catch (error) {
      quietly(() => this.#database.exec('ROLLBACK'));
      if (!this.#isFile) throw error;
      quietly(this.#close);
      this.#isFile = false;
      this.#database = emptyDatabase(this.#open);
      this.#close = () => this.#database.close();
      this.#prepared = new Prepared(this.#database);
      // Last: a listener may come back here.
      this.#warn(`The history goes on in memory: its file failed (${messageOf(error)}).`);
      return this.#tried(work);
    }
  }
}

/**
 * Opens a file, or memory instead of one that cannot be used.
 *
 * @param path undefined for memory
 */
export async function openFile(path: string | undefined, warn: (says: string) => void): Promise<HistoryFile> {
  const open = await driver();
  if (path === undefined) return new HistoryFile(open, warn);
  try {
    // Only its owner reads it: there are secrets in it.
    closeSync(openSync(path, 'a', 0o600));
    const opened = await openLocked(path);
    try {
      opened.database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
      opened.database.exec('PRAGMA journal_size_limit = 4194304');
      prepareTables(opened.database, warn);
    } catch (error) {
      opened.close();
      throw error;
    }
    return new HistoryFile(open, warn, opened);
  } catch (error) {
    const why = isBusy(error) ? 'another process has its file open' : messageOf(error);
    warn(`The history is kept in memory, until the gateway ends: ${why}.`);
    return new HistoryFile(open, warn);
  }
}

function emptyDatabase(open: (file: string) => Database): Database {
  const database = open(':memory:');
  makeTables(database);
  return database;
}

function prepareTables(database: Database, warn: (says: string) => void): void {
  const { user_version: format } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  if (format !== FORMAT && format !== 0) {
    warn(`The history begins anew: its file has format ${format}, and this version writes format ${FORMAT}.`);
    for (const table of Object.keys(TABLES)) database.exec(`DROP TABLE IF EXISTS ${table}`);
  }
  makeTables(database);
}

function makeTables(database: Database): void {
  database.exec(
    'CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID',
  );
  for (const [table, columns] of Object.entries(TABLES))
    database.exec(`CREATE TABLE IF NOT EXISTS ${table} ${columns}`);
  for (const [at, on] of INDEXES.entries()) database.exec(`CREATE INDEX IF NOT EXISTS index_${at} ON ${on}`);
  database.exec(`PRAGMA user_version = ${FORMAT}`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'an error of SQLite';
}

function quietly(work: () => void): void {
  try {
    work();
  } catch {}
}
