import { ConfigurationError } from '../../kernel/errors.js';

/** The only thing that is asked of PostgreSQL: a `Pool` of the package `pg`, or what takes a query as it does. */
export interface PostgresPool {
  /** One statement in a transaction of its own. Never a client on which the application has begun a transaction. */
  query(text: string, values: unknown[]): Promise<{ readonly rows: readonly object[] }>;
}

/** Where the tables are. */
export interface PostgresSchemaOptions {
  /** The schema of the tables: lower-case letters, digits and underscores. Default `attestkit`. */
  readonly schema?: string | undefined;
}

/** @throws ConfigurationError */
export function schemaOf({ schema = 'attestkit' }: PostgresSchemaOptions): string {
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) return `"${schema}"`;
  const remedy = 'Give 1 to 63 lower-case letters, digits and underscores, or leave it out for attestkit.';
  throw new ConfigurationError('schema', 'is not the name of a schema', remedy);
}

/** The columns of the tables, as `check` reads them: sorted, and one text. */
export const COLUMNS =
  'claims.expires_at claims.key counters.expires_at counters.format counters.highest counters.key counters.sweep_at counters.used records.expires_at records.format records.key records.sweep_at records.value records.version';

/** SQLSTATE of the migration's own refusal. */
const OTHER_FORMAT = 'AK001';

/** Tables of another format are told apart, and never misread. */
export function otherFormat(options?: { readonly cause: unknown }): ConfigurationError {
  const remedy =
    'They are of another version of attestkit. Drop the schema, and with it all records, or name a new one by the option schema; then run the migration.';
  return new ConfigurationError('schema', 'has tables of another format', remedy, options);
}

/**
 * The statement that creates the tables, or does nothing if they exist: for `psql`, or a migration tool of your own.
 * Who runs it owns them; the service's role needs USAGE on the schema, and SELECT, INSERT, UPDATE and DELETE on the
 * tables. It fails if there are tables of another version of attestkit.
 *
 * Keys are compared byte by byte (`COLLATE "C"`), whatever the database's own order is. Pages are not filled, so that a row
 * finds room for its next version on its own page. The lock keeps two that run it at once from failing on each other.
 *
 * @throws ConfigurationError naming the option
 * @example
 * console.log(postgresMigration()); // SQL for a migration tool of your own
 */
export function postgresMigration(options: PostgresSchemaOptions = {}): string {
  const schema = schemaOf(options);
  const key = 'key text COLLATE "C" PRIMARY KEY';
  const swept = 'expires_at timestamptz, sweep_at timestamptz, format smallint NOT NULL';
  return `DO $attestkit$ BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('attestkit migration', 0));
  IF to_regnamespace('${schema}') IS NULL THEN CREATE SCHEMA ${schema}; END IF;
  CREATE TABLE IF NOT EXISTS ${schema}.claims (expires_at timestamptz NOT NULL, ${key});
  CREATE TABLE IF NOT EXISTS ${schema}.counters (highest bigint NOT NULL, used bigint NOT NULL, ${swept}, ${key})
    WITH (fillfactor = 90);
  CREATE TABLE IF NOT EXISTS ${schema}.records (${swept}, ${key}, version text NOT NULL, value text NOT NULL)
    WITH (fillfactor = 85);
  IF (${columnsIn(schema)}) IS DISTINCT FROM '${COLUMNS}' THEN
    RAISE EXCEPTION 'The schema has tables of another version of attestkit. Drop it, or name a new one.'
      USING ERRCODE = '${OTHER_FORMAT}';
  END IF;
  CREATE INDEX IF NOT EXISTS claims_expires_at ON ${schema}.claims (expires_at);
  CREATE INDEX IF NOT EXISTS counters_sweep_at ON ${schema}.counters (sweep_at) WHERE sweep_at IS NOT NULL;
  CREATE INDEX IF NOT EXISTS records_sweep_at ON ${schema}.records (sweep_at) WHERE sweep_at IS NOT NULL;
END $attestkit$`;
}

/**
 * Creates the tables if they are not there yet. Any number of processes may do it at once.
 *
 * Rejects with the driver's own error where that fails: it is for start-up, and for a role that may create.
 *
 * @throws ConfigurationError (as a rejection) naming the option, or if there are tables of another version of attestkit
 * @example
 * await migratePostgres(pool);
 */
export async function migratePostgres(
  pool: PostgresPool,
  options: PostgresSchemaOptions = {},
): Promise<void> {
  try {
    await pool.query(postgresMigration(options), []);
  } catch (cause) {
    if ((cause as { readonly code?: unknown } | undefined)?.code !== OTHER_FORMAT) throw cause;
    throw otherFormat({ cause });
  }
}

/** A query of the columns that there are, as one text. */
export function columnsIn(schema: string): string {
  return `SELECT string_agg(relname || '.' || attname, ' ' ORDER BY relname COLLATE "C", attname COLLATE "C")
    FROM pg_catalog.pg_attribute JOIN pg_catalog.pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = to_regnamespace('${schema}') AND relname IN ('claims', 'counters', 'records')
    AND relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped`;
}
