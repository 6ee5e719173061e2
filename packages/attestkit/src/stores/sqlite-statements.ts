import { ConfigurationError } from '../kernel/errors.js';
import type { SqliteHandle, SqliteStatement } from './sqlite-handle.js';

/** The statements, each atomic by itself. */
export interface SqliteStatements {
  readonly claim: SqliteStatement;
  readonly advance: SqliteStatement;
  readonly get: SqliteStatement;
  readonly create: SqliteStatement;
  readonly replace: SqliteStatement;
  readonly delete: SqliteStatement;
  readonly sweep: Readonly<Record<'claims' | 'counters' | 'records', SqliteStatement>>;
}

/** Milliseconds since the epoch by SQLite's clock; the same all through one statement. */
const NOW = `CAST(unixepoch('subsec') * 1000 AS INTEGER)`;
/** A time to live that is null gives an end that is null: never. */
const END = `${NOW} + ?`;
const LIVE = `(expires_at IS NULL OR expires_at > ${NOW})`;

const TABLES = [
  table('claims', 'expires_at INTEGER NOT NULL'),
  table('counters', 'value INTEGER NOT NULL, expires_at INTEGER'),
  table('records', 'value TEXT NOT NULL, version TEXT NOT NULL, expires_at INTEGER'),
].join('\n');

function table(name: string, columns: string): string {
  return `CREATE TABLE IF NOT EXISTS attestkit_${name} (key TEXT PRIMARY KEY, ${columns}) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS attestkit_${name}_expires_at ON attestkit_${name} (expires_at);`;
}

/** Removes some of what has ended, and more than is written between two sweeps. */
function sweep(name: string): string {
  return `DELETE FROM attestkit_${name} WHERE key IN
    (SELECT key FROM attestkit_${name} WHERE expires_at <= ${NOW} LIMIT 100)`;
}

/**
 * Sets the handle up and prepares the statements.
 *
 * @throws ConfigurationError
 */
export function prepareSqlite(handle: SqliteHandle): SqliteStatements {
  try {
    setUp(handle);
  } catch (cause) {
    if (cause instanceof ConfigurationError) throw cause;
    const remedy =
      'See its cause. The file has to be writable, on a local file system, and not locked for long.';
    throw new ConfigurationError('handle', 'cannot be set up', remedy, { cause });
  }
  return {
    claim: handle.prepare(`INSERT INTO attestkit_claims AS held (key, expires_at) VALUES (?, ${END})
      ON CONFLICT (key) DO UPDATE SET expires_at = excluded.expires_at WHERE held.expires_at <= ${NOW}`),
    advance:
      handle.prepare(`INSERT INTO attestkit_counters AS held (key, value, expires_at) VALUES (?, ?, ${END})
      ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
      WHERE held.value < excluded.value OR held.expires_at <= ${NOW}`),
    get: handle.prepare(`SELECT value, version FROM attestkit_records WHERE key = ? AND ${LIVE}`),
    create:
      handle.prepare(`INSERT INTO attestkit_records AS held (key, value, version, expires_at) VALUES (?, ?, ?, ${END})
      ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = excluded.version,
      expires_at = excluded.expires_at WHERE held.expires_at <= ${NOW}`),
    replace: handle.prepare(`UPDATE attestkit_records SET value = ?, version = ?, expires_at = ${END}
      WHERE key = ? AND version = ? AND ${LIVE}`),
    delete: handle.prepare(`DELETE FROM attestkit_records WHERE key = ? AND version = ? AND ${LIVE}`),
    sweep: {
      claims: handle.prepare(sweep('claims')),
      counters: handle.prepare(sweep('counters')),
      records: handle.prepare(sweep('records')),
    },
  };
}

function setUp(handle: SqliteHandle): void {
  // Only here, at start-up, may SQLite make the whole process wait: several that start at once create the tables.
  handle.exec('PRAGMA busy_timeout = 10000');
  const { now } = handle.prepare(`SELECT unixepoch('subsec') AS now`).get() as { readonly now: unknown };
  if (now === null)
    throw new ConfigurationError('handle', 'is of an old SQLite', 'Use SQLite 3.42 or later.');
  const { journal_mode: mode } = handle.prepare('PRAGMA journal_mode = WAL').get() as {
    readonly journal_mode: unknown;
  };
  if (mode !== 'wal') {
    const remedy = 'Open a file on a local file system; memoryStore is for what need not last.';
    throw new ConfigurationError('handle', 'cannot write ahead (WAL)', remedy);
  }
  // Some builds do not wait for the disk in this mode: https://www.sqlite.org/pragma.html#pragma_synchronous
  handle.exec('PRAGMA synchronous = FULL');
  handle.exec(TABLES);
  handle.exec('PRAGMA busy_timeout = 0');
}
