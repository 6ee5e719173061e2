import { hash } from 'node:crypto';
import { AttestationError, ConfigurationError } from '../../kernel/errors.js';
import { assertOptions, type OptionTypes } from '../../kernel/config/options.js';
import type { AdvanceOptions, Store, Versioned } from '../../ports/store.js';
import { STORE_CHECKS as CHECKS } from '../checks.js';
import { DEADLINE_OPTIONS, type DeadlineOptions } from '../boundary.js';
import { schemaOf, type PostgresPool, type PostgresSchemaOptions } from './schema.js';
import { checkServer } from './check.js';
import { FORMAT, postgresStatements, type PostgresStatements } from './statements.js';
import { randomVersion } from '../random-version.js';
import { remoteStore, type CheckedStore } from '../remote-store.js';
import { tryOperations, type TrialRemedy } from '../trial.js';

export type { DeadlineOptions } from '../boundary.js';
export { migratePostgres, postgresMigration } from './schema.js';
export type { PostgresPool, PostgresSchemaOptions } from './schema.js';
export type { CheckedStore } from '../remote-store.js';

/** The schema of the tables, and the deadlines for PostgreSQL. */
export interface PostgresStoreOptions extends DeadlineOptions, PostgresSchemaOptions {
  /**
   * Sends each statement by a name, so that the server parses and plans it once for each connection: about half of the CPU time
   * of a read there. The pool has to take `{ name, text, values }`, as that of `pg` does. Not behind a pooler that gives
   * each transaction another connection, unless it keeps track of names (PgBouncer from 1.21 on with
   * `max_prepared_statements`): there statements fail now and then, which `check` need not see. Default false.
   */
  readonly namedStatements?: boolean | undefined;
}

const OPTIONS: OptionTypes = { ...DEADLINE_OPTIONS, schema: 'string', namedStatements: 'boolean' };

type Table = keyof PostgresStatements['sweep'];

/** Writes to a table between two sweeps of it; each sweep removes more than that. */
const WRITES_PER_SWEEP = 20;

/**
 * A store in PostgreSQL 12 or later, with the pool of your choice; `migratePostgres` creates its tables. Each operation
 * is one statement in a transaction of its own. Rows that have ended are removed by later writes, some at a time.
 *
 * An acknowledged write is on the server's disk: `check` and the first operation verify `synchronous_commit`,
 * `fsync`, READ COMMITTED, tables of this version, statements in transactions of their own, and that it is not a standby. `check`
 * also tries each operation. A standby that takes over has lost nothing only if replication is
 * synchronous (`synchronous_standby_names`).
 *
 * Give the pool `connectionTimeoutMillis` and `query_timeout`, both above `timeoutMs`: they free its connections from a
 * server that is silent.
 *
 * @throws ConfigurationError naming the option
 * @example
 * const store = postgresStore(pool);
 * await store.check();
 */
export function postgresStore(pool: PostgresPool, options: PostgresStoreOptions = {}): CheckedStore {
  assertOptions(options, OPTIONS, 'postgresStore');
  assertPool(pool);
  const statements = postgresStatements(schemaOf(options));
  const check = (): Promise<void> => checkServer(pool, statements);
  const sender = options.namedStatements === true ? named(pool) : pool;
  return remoteStore(new PostgresStore(sender, statements), { check, trial: tryPostgres }, options);
}

/** What `pg` takes a statement with a name as. */
interface NamedPool {
  query(statement: {
    readonly name: string;
    readonly text: string;
    readonly values: unknown[];
  }): ReturnType<PostgresPool['query']>;
}

/** The name is made of the text: two schemas, or two versions of this library, share connections but no name. */
function named(pool: PostgresPool): PostgresPool {
  const names = new Map<string, string>();
  const nameOf = (text: string): string => {
    const name = names.get(text) ?? `attestkit_${hash('sha256', text, 'base64url').slice(0, 22)}`;
    names.set(text, name);
    return name;
  };
  return {
    query: (text, values) => (pool as unknown as NamedPool).query({ name: nameOf(text), text, values }),
  };
}

/** A claim that was granted on a connection with a transaction of the application could be rolled back. */
function assertPool(pool: PostgresPool): void {
  const remedy =
    'Give a Pool of the package pg. A Client is one connection: it is not made anew when it is lost, and the application may begin a transaction on it.';
  if (typeof pool?.query !== 'function')
    throw new ConfigurationError('pool', 'is not one of PostgreSQL', remedy);
  if ('processID' in pool) throw new ConfigurationError('pool', 'is a client and not a pool', remedy);
}

const TRIAL: TrialRemedy = {
  variable: 'pool',
  remedy:
    'Give a Pool of the package pg, to a server of PostgreSQL 12 or later, whose role has USAGE on the schema, and SELECT, INSERT, UPDATE and DELETE on its tables.',
};

async function tryPostgres(store: Store): Promise<void> {
  await tryOperations(store, TRIAL);
}

class PostgresStore implements Store {
  readonly #pool: PostgresPool;
  readonly #statements: PostgresStatements;
  readonly #writes: Record<Table, number> = { claims: 0, counters: 0, records: 0 };
  #sweeping = false;

  constructor(pool: PostgresPool, statements: PostgresStatements) {
    this.#pool = pool;
    this.#statements = statements;
  }

  claim(key: string, ttlMs: number): Promise<boolean> {
    return this.#write('claims', this.#statements.claim, [key, ttlMs]);
  }

  async advance(key: string, value: number, { window = 0, ttlMs }: AdvanceOptions = {}): Promise<boolean> {
    const { advance, look, renew } = this.#statements;
    // No value is below 0, so that 0 is never above the highest.
    const values = [key, value, ttlMs ?? null, window];
    if (value > 0 && (await this.#write('counters', advance, values))) return true;
    const [held] =
      ttlMs === undefined ? await this.#query(look, [key]) : await this.#query(renew, [key, ttlMs]);
    if (held !== undefined) assertFormat(held['format']);
    return false;
  }

  async get(key: string): Promise<Versioned | undefined> {
    const [row] = await this.#query(this.#statements.get, [key]);
    const { standby, format, value, version } = { ...row };
    // Demoted since it was checked, or a pool that reads elsewhere.
    if (standby !== false) throw new AttestationError(CHECKS.available);
    if (format === null) return undefined;
    assertFormat(format);
    if (typeof value !== 'string' || typeof version !== 'string')
      throw new AttestationError(CHECKS.available);
    return { value, version };
  }

  put(key: string, value: string, expected: string | undefined, ttlMs?: number): Promise<boolean> {
    const { create, replace } = this.#statements;
    const values = [key, value, randomVersion(), ttlMs ?? null];
    return expected === undefined
      ? this.#write('records', create, values)
      : this.#write('records', replace, [...values, expected]);
  }

  delete(key: string, expected: string): Promise<boolean> {
    return this.#write('records', this.#statements.delete, [key, expected]);
  }

  /** @returns whether the statement wrote a row */
  async #write(table: Table, statement: string, values: unknown[]): Promise<boolean> {
    const rows = await this.#query(statement, values);
    this.#writes[table] += 1;
    if (this.#writes[table] % WRITES_PER_SWEEP === 0) void this.#sweep(table);
    return rows.length === 1;
  }

  /** One at a time, in the background: a later one does what it leaves or fails at. */
  async #sweep(table: Table): Promise<void> {
    if (this.#sweeping) return;
    this.#sweeping = true;
    try {
      await this.#query(this.#statements.sweep[table], []);
    } catch {
      // The next operation will say that the server is gone.
    } finally {
      this.#sweeping = false;
    }
  }

  async #query(text: string, values: unknown[]): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const { rows } = await this.#pool.query(text, values);
    return rows as readonly Record<string, unknown>[];
  }
}

/** A value of an unknown format is not absent. A driver may be set up to give numbers as text. */
function assertFormat(format: unknown): void {
  if (Number(format) !== FORMAT) throw new AttestationError(CHECKS.available);
}
