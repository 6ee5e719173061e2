import { columnsIn } from './schema.js';

/** The statements, each atomic by itself: PostgreSQL 12 or later, READ COMMITTED, one transaction for each. */
export interface PostgresStatements {
  readonly claim: string;
  readonly advance: string;
  /** Of a counter whose value was refused: its format. */
  readonly look: string;
  /** The same, and gives it another time to live. */
  readonly renew: string;
  readonly get: string;
  readonly create: string;
  readonly replace: string;
  readonly delete: string;
  readonly sweep: Readonly<Record<'claims' | 'counters' | 'records', string>>;
  readonly check: string;
  /** When the transaction began in which this runs. */
  readonly began: string;
}

/** Every row names the version of its format; one of another version is neither read nor written over while it lives. */
export const FORMAT = 1;

const NOW = 'clock_timestamp()';

/** A time to live that is null gives an end that is null: never. */
function milliseconds(parameter: string): string {
  return `${parameter}::float8 * interval '1 millisecond'`;
}

function end(parameter: string): string {
  return `${NOW} + ${milliseconds(parameter)}`;
}

/**
 * When a row is looked at to be removed: an eighth of its time later than it ends. An update leaves it as it is while it is
 * not before the end nor more than a quarter after it. It is the only indexed column that would change, so that nearly all
 * updates are HOT: they touch no index.
 */
function sweepAfter(parameter: string): string {
  return `${end(parameter)} + ${milliseconds(parameter)} / 8`;
}

function sweepKept(parameter: string): string {
  return `CASE WHEN held.sweep_at BETWEEN ${end(parameter)} AND ${end(parameter)} + ${milliseconds(parameter)} / 4
      THEN held.sweep_at ELSE ${sweepAfter(parameter)} END`;
}

const ENDED = `held.expires_at <= ${NOW}`;
const LIVE = `(held.expires_at IS NULL OR held.expires_at > ${NOW})`;

/**
 * INSERT … ON CONFLICT DO UPDATE … WHERE locks the row that is in the way and looks at it as it is then, so of any
 * number that come at once the first writes and the others see what it wrote. What counts is the time then, not that
 * at which the statement began: hence `clock_timestamp()`.
 *
 * @param schema quoted
 */
export function postgresStatements(schema: string): PostgresStatements {
  const [claims, counters, records] = [`${schema}.claims`, `${schema}.counters`, `${schema}.records`];
  return {
    claim: `INSERT INTO ${claims} AS held (key, expires_at) VALUES ($1, ${end('$2')})
      ON CONFLICT (key) DO UPDATE SET expires_at = ${end('$2')} WHERE ${ENDED} RETURNING 1`,
    advance: `INSERT INTO ${counters} AS held (key, format, highest, used, expires_at, sweep_at)
      VALUES ($1, ${FORMAT}, $2::bigint, -1, ${end('$3')}, ${sweepAfter('$3')})
      ON CONFLICT (key) DO UPDATE SET format = ${FORMAT},
      highest = CASE WHEN ${ENDED} THEN $2::bigint ELSE greatest(held.highest, $2::bigint) END,
      used = CASE WHEN ${ENDED} THEN -1 ELSE ${USED} END,
      expires_at = ${end('$3')}, sweep_at = ${sweepKept('$3')}
      WHERE ${ENDED} OR (held.format = ${FORMAT} AND ${USABLE}) RETURNING 1`,
    look: `SELECT format FROM ${counters} AS held WHERE key = $1 AND ${LIVE}`,
    renew: `UPDATE ${counters} AS held SET expires_at = ${end('$2')}, sweep_at = ${sweepKept('$2')}
      WHERE key = $1 AND ${LIVE} RETURNING format`,
    // One row in any case: a standby, the records of which are old ones, must not pass for having none.
    get: `SELECT pg_is_in_recovery() AS standby, held.format, held.value, held.version FROM (SELECT 1) AS one
      LEFT JOIN ${records} AS held ON held.key = $1 AND ${LIVE}`,
    create: `INSERT INTO ${records} AS held (key, format, value, version, expires_at, sweep_at)
      VALUES ($1, ${FORMAT}, $2, $3, ${end('$4')}, ${sweepAfter('$4')})
      ON CONFLICT (key) DO UPDATE SET format = ${FORMAT}, value = $2, version = $3,
      expires_at = ${end('$4')}, sweep_at = ${sweepKept('$4')} WHERE ${ENDED} RETURNING 1`,
    replace: `UPDATE ${records} AS held SET value = $2, version = $3,
      expires_at = ${end('$4')}, sweep_at = ${sweepKept('$4')}
      WHERE key = $1 AND version = $5 AND format = ${FORMAT} AND ${LIVE} RETURNING 1`,
    delete: `DELETE FROM ${records} AS held
      WHERE key = $1 AND version = $2 AND format = ${FORMAT} AND ${LIVE} RETURNING 1`,
    sweep: {
      claims: sweep(claims, 'expires_at'),
      counters: sweep(counters, 'sweep_at'),
      records: sweep(records, 'sweep_at'),
    },
    check: `SELECT pg_is_in_recovery() AS standby, current_setting('synchronous_commit') AS commit,
      current_setting('fsync') AS fsync, current_setting('transaction_isolation') AS isolation,
      extract(epoch FROM now())::text AS began, (${columnsIn(schema)}) AS columns`,
    began: 'SELECT extract(epoch FROM now())::text AS began',
  };
}

/** As `useValue` in counter-window.ts; $2 is the value, $4 the window. Only CASE is sure not to compute what is not needed. */
const USABLE = `CASE WHEN $2::bigint > held.highest THEN true
      WHEN held.highest - $2::bigint BETWEEN 1 AND $4::int
      THEN (held.used & (1::bigint << (held.highest - $2::bigint - 1)::int)) = 0 ELSE false END`;

const USED = `CASE WHEN $2::bigint <= held.highest
      THEN held.used | (1::bigint << (held.highest - $2::bigint - 1)::int)
      WHEN $4::int = 0 THEN -1
      WHEN $2::bigint - held.highest > 64 THEN 0
      WHEN $2::bigint - held.highest = 64 THEN 1::bigint << 63
      ELSE (held.used << ($2::bigint - held.highest)::int) | (1::bigint << ($2::bigint - held.highest - 1)::int) END`;

/** Rows that one sweep removes; more than are written until the next one. */
const SWEPT = 100;

/**
 * Removes some ended rows. FOR UPDATE looks at a row as it is when it is locked, and rows that another statement
 * holds are left to the next sweep, so no statement waits for another. `now()`, unlike the clock, can be looked up in the index.
 */
function sweep(table: string, column: 'expires_at' | 'sweep_at'): string {
  return `DELETE FROM ${table} WHERE expires_at <= now() AND key = ANY (ARRAY(
    SELECT key FROM ${table} WHERE ${column} <= now() AND expires_at <= now()
    ORDER BY ${column} LIMIT ${SWEPT} FOR UPDATE SKIP LOCKED))`;
}
