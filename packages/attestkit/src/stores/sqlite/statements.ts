import { ConfigurationError } from '../../kernel/errors.js';
import type { SqliteHandle, SqliteStatement } from './handle.js';

/** The statements. Each but `counter` and `keep` is atomic by itself; those two belong into one transaction. */
export interface SqliteStatements {
  /** Of key, end, now. */
  readonly claim: SqliteStatement;
  /** Of key, now. */
  readonly counter: SqliteStatement;
  /** Of key, value, end. */
  readonly keep: SqliteStatement;
  /** Of key, now. */
  readonly get: SqliteStatement;
  /** Of key, value, version, end, now. */
  readonly create: SqliteStatement;
  /** Of value, version, end, key, expected version, now. */
  readonly replace: SqliteStatement;
  /** Of key, expected version, now. */
  readonly delete: SqliteStatement;
  /** Of the current time. */
  readonly sweep: Readonly<Record<'claims' | 'counters' | 'records', SqliteStatement>>;
}

/** Every record names the version of its format, and every counter begins with it. */
export const FORMAT = 1;

const LIVE = '(expires_at IS NULL OR expires_at > ?)';

/** An end that is null is never. */
const TABLES = {
  attestkit_claims: 'key TEXT PRIMARY KEY, expires_at INTEGER NOT NULL',
  attestkit_counters: 'key TEXT PRIMARY KEY, value TEXT NOT NULL, expires_at INTEGER',
  attestkit_records:
    'key TEXT PRIMARY KEY, format INTEGER NOT NULL, value TEXT NOT NULL, version TEXT NOT NULL, expires_at INTEGER',
} as const;

/** The columns with their types, to tell the tables of another format from these. */
const COLUMNS =
  'attestkit_claims.expires_at INTEGER attestkit_claims.key TEXT attestkit_counters.expires_at INTEGER attestkit_counters.key TEXT attestkit_counters.value TEXT attestkit_records.expires_at INTEGER attestkit_records.format INTEGER attestkit_records.key TEXT attestkit_records.value TEXT attestkit_records.version TEXT';

/** Removes some ended rows, and more than is written between two sweeps. */
function sweep(name: string): string {
  return `DELETE FROM attestkit_${name} WHERE key IN
    (SELECT key FROM attestkit_${name} WHERE expires_at <= ? LIMIT 100)`;
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
    claim: handle.prepare(`INSERT INTO attestkit_claims AS held (key, expires_at) VALUES (?, ?)
      ON CONFLICT (key) DO UPDATE SET expires_at = excluded.expires_at WHERE held.expires_at <= ?`),
    counter: handle.prepare(`SELECT value FROM attestkit_counters WHERE key = ? AND ${LIVE}`),
    keep: handle.prepare(`INSERT INTO attestkit_counters (key, value, expires_at) VALUES (?, ?, ?)
      ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at`),
    get: handle.prepare(`SELECT format, value, version FROM attestkit_records WHERE key = ? AND ${LIVE}`),
    create: handle.prepare(`INSERT INTO attestkit_records AS held (key, format, value, version, expires_at)
      VALUES (?, ${FORMAT}, ?, ?, ?)
      ON CONFLICT (key) DO UPDATE SET format = excluded.format, value = excluded.value,
      version = excluded.version, expires_at = excluded.expires_at WHERE held.expires_at <= ?`),
    replace: handle.prepare(`UPDATE attestkit_records SET value = ?, version = ?, expires_at = ?
      WHERE key = ? AND version = ? AND format = ${FORMAT} AND ${LIVE}`),
    delete: handle.prepare(`DELETE FROM attestkit_records
      WHERE key = ? AND version = ? AND format = ${FORMAT} AND ${LIVE}`),
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
  const { version } = handle.prepare('SELECT sqlite_version() AS version').get() as {
    readonly version: string;
  };
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < 3 || (major === 3 && minor < 37))
    throw new ConfigurationError('handle', 'is of an old SQLite', 'Use SQLite 3.37 or later.');
  const { journal_mode: mode } = handle.prepare('PRAGMA journal_mode = WAL').get() as {
    readonly journal_mode: unknown;
  };
  if (mode !== 'wal') {
    const remedy = 'Open a file on a local file system; memoryStore is for what need not last.';
    throw new ConfigurationError('handle', 'cannot write ahead (WAL)', remedy);
  }
  // Some builds do not wait for the disk in this mode: https://www.sqlite.org/pragma.html#pragma_synchronous
  handle.exec('PRAGMA synchronous = FULL');
  for (const [name, columns] of Object.entries(TABLES))
    handle.exec(`CREATE TABLE IF NOT EXISTS ${name} (${columns}) STRICT, WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS ${name}_expires_at ON ${name} (expires_at)`);
  assertFormat(handle);
  handle.exec('PRAGMA busy_timeout = 0');
}

/** Tables of another format are told apart, and never misread. */
function assertFormat(handle: SqliteHandle): void {
  const columns = Object.keys(TABLES).map(
    (name) => `SELECT '${name}.' || name || ' ' || type AS column FROM pragma_table_info('${name}')`,
  );
  const { found } = handle
    .prepare(`SELECT group_concat(column, ' ') AS found FROM (${columns.join(' UNION ALL ')} ORDER BY 1)`)
    .get() as { readonly found: unknown };
  if (found === COLUMNS) return;
  const remedy =
    'It is of another version of attestkit. Open a new file; move the old one away, and with it all records.';
  throw new ConfigurationError('handle', 'is of a file with tables of another format', remedy);
}
