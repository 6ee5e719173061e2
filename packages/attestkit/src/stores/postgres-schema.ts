import { ConfigurationError } from '../kernel/errors.js';

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

/**
 * The statement that creates the tables, or does nothing where they are: for `psql`, or a migration tool of your own.
 * Who runs it owns them; the service's role needs USAGE on the schema, and SELECT, INSERT, UPDATE and DELETE on the
 * tables.
 *
 * Keys are compared byte by byte (`COLLATE "C"`), whatever the database's own order is. The lock keeps two that run it
 * at once from failing on each other.
 *
 * @throws ConfigurationError naming the option
 */
export function postgresMigration(options: PostgresSchemaOptions = {}): string {
  const schema = schemaOf(options);
  const table = (name: string, columns: string): string => `
  CREATE TABLE IF NOT EXISTS ${schema}.${name} (key text COLLATE "C" PRIMARY KEY, ${columns});
  CREATE INDEX IF NOT EXISTS ${name}_expires_at ON ${schema}.${name} (expires_at);`;
  return `DO $attestkit$ BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('attestkit migration', 0));
  IF to_regnamespace('${schema}') IS NULL THEN CREATE SCHEMA ${schema}; END IF;
${table('claims', 'expires_at timestamptz NOT NULL')}
${table('counters', 'value bigint NOT NULL, expires_at timestamptz')}
${table('records', 'value text NOT NULL, version text NOT NULL, expires_at timestamptz')}
END $attestkit$`;
}

/**
 * Creates the tables where they are not there yet. Any number of processes may do it at once.
 *
 * Rejects with the driver's own error where that fails: it is for start-up, and for a role that may create.
 *
 * @throws ConfigurationError (as a rejection) naming the option
 */
export async function migratePostgres(
  pool: PostgresPool,
  options: PostgresSchemaOptions = {},
): Promise<void> {
  await pool.query(postgresMigration(options), []);
}
