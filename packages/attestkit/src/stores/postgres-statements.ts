/** The statements, each atomic by itself: PostgreSQL 12 or later, READ COMMITTED, one transaction for each. */
export interface PostgresStatements {
  readonly claim: string;
  readonly advance: string;
  readonly get: string;
  readonly create: string;
  readonly replace: string;
  readonly delete: string;
  readonly sweep: Readonly<Record<'claims' | 'counters' | 'records', string>>;
  readonly check: string;
}

/**
 * INSERT … ON CONFLICT DO UPDATE … WHERE locks the row that is in the way and looks at it as it is then, so of any
 * number that come at once the first writes and the others see what it wrote. What counts is the time then, not that
 * at which the statement began: hence `clock_timestamp()`. A time to live that is null gives an end that is null: never.
 *
 * @param schema quoted
 */
export function postgresStatements(schema: string): PostgresStatements {
  const now = 'clock_timestamp()';
  const end = (parameter: string): string => `${now} + ${parameter}::float8 * interval '1 millisecond'`;
  return {
    claim: `INSERT INTO ${schema}.claims AS held (key, expires_at) VALUES ($1, ${end('$2')})
      ON CONFLICT (key) DO UPDATE SET expires_at = ${end('$2')}
      WHERE held.expires_at <= ${now} RETURNING 1`,
    advance: `INSERT INTO ${schema}.counters AS held (key, value, expires_at) VALUES ($1, $2::bigint, ${end('$3')})
      ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = ${end('$3')}
      WHERE held.value < excluded.value OR held.expires_at <= ${now} RETURNING 1`,
    // One row in any case: a standby, the records of which are old ones, must not pass for having none.
    get: `SELECT pg_is_in_recovery() AS standby, record.value, record.version FROM (SELECT 1) AS one
      LEFT JOIN ${schema}.records AS record
      ON record.key = $1 AND (record.expires_at IS NULL OR record.expires_at > ${now})`,
    create: `INSERT INTO ${schema}.records AS held (key, value, version, expires_at)
      VALUES ($1, $2, $3, ${end('$4')})
      ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = excluded.version, expires_at = ${end('$4')}
      WHERE held.expires_at <= ${now} RETURNING 1`,
    replace: `UPDATE ${schema}.records SET value = $2, version = $3, expires_at = ${end('$4')}
      WHERE key = $1 AND version = $5 AND (expires_at IS NULL OR expires_at > ${now}) RETURNING 1`,
    delete: `DELETE FROM ${schema}.records
      WHERE key = $1 AND version = $2 AND (expires_at IS NULL OR expires_at > ${now}) RETURNING 1`,
    sweep: {
      claims: sweep(`${schema}.claims`),
      counters: sweep(`${schema}.counters`),
      records: sweep(`${schema}.records`),
    },
    check: `SELECT pg_is_in_recovery() AS standby, current_setting('synchronous_commit') AS commit,
      current_setting('fsync') AS fsync, current_setting('transaction_isolation') AS isolation,
      to_regclass('${schema}.records') IS NOT NULL AS migrated`,
  };
}

/** Rows that one sweep removes; more than are written until the next one. */
const SWEPT = 100;

/**
 * Removes some of what has ended. FOR UPDATE looks at a row as it is when it is locked, and rows that another statement
 * holds are left to the next sweep, so nobody waits for anybody. `now()`, unlike the clock, can be looked up in the index.
 */
function sweep(table: string): string {
  return `DELETE FROM ${table} WHERE key = ANY (ARRAY(
    SELECT key FROM ${table} WHERE expires_at <= now() ORDER BY expires_at LIMIT ${SWEPT} FOR UPDATE SKIP LOCKED))`;
}
