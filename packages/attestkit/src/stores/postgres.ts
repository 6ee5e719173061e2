import { AttestationError, ConfigurationError } from '../kernel/errors.js';
import { assertOptions, type OptionTypes } from '../kernel/options.js';
import type { AdvanceOptions, Store, Versioned } from '../ports/store.js';
import { STORE_CHECKS as CHECKS } from './checks.js';
import { DEADLINE_OPTIONS, type DeadlineOptions } from './deadline.js';
import { schemaOf, type PostgresPool, type PostgresSchemaOptions } from './postgres-schema.js';
import { postgresStatements, type PostgresStatements } from './postgres-statements.js';
import { randomVersion } from './random-version.js';
import { remoteStore, type CheckedStore } from './remote-store.js';

export type { DeadlineOptions } from './deadline.js';
export { migratePostgres, postgresMigration } from './postgres-schema.js';
export type { PostgresPool, PostgresSchemaOptions } from './postgres-schema.js';
export type { CheckedStore } from './remote-store.js';

/** Where the tables are, and how long PostgreSQL is waited for. */
export interface PostgresStoreOptions extends DeadlineOptions, PostgresSchemaOptions {}

const OPTIONS: OptionTypes = { ...DEADLINE_OPTIONS, schema: 'string' };

type Table = keyof PostgresStatements['sweep'];

/** Writes to a table between two sweeps of it; each sweep removes more than that. */
const WRITES_PER_SWEEP = 20;

/**
 * A store in PostgreSQL 12 or later, with the pool of your choice; `migratePostgres` creates its tables. Each operation
 * is one statement in a transaction of its own. Rows that have ended are removed by later writes, some at a time.
 *
 * What is acknowledged is on the server's disk: `check` and the first operation hold it to `synchronous_commit`,
 * `fsync`, READ COMMITTED, and to being no standby. A standby that takes over has lost nothing only where replication is
 * synchronous (`synchronous_standby_names`).
 *
 * Give the pool `connectionTimeoutMillis` and `query_timeout`, both above `timeoutMs`: they free its connections from a
 * server that is silent.
 *
 * @throws ConfigurationError naming the option
 */
export function postgresStore(pool: PostgresPool, options: PostgresStoreOptions = {}): CheckedStore {
  assertOptions(options, OPTIONS, 'postgresStore');
  if (typeof pool?.query !== 'function')
    throw new ConfigurationError('pool', 'is not one of PostgreSQL', 'Give a Pool of the package pg.');
  const statements = postgresStatements(schemaOf(options));
  const check = (): Promise<void> => checkServer(pool, statements.check);
  return remoteStore(new PostgresStore(pool, statements), check, options);
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

  advance(key: string, value: number, { ttlMs }: AdvanceOptions = {}): Promise<boolean> {
    return this.#write('counters', this.#statements.advance, [key, value, ttlMs ?? null]);
  }

  async get(key: string): Promise<Versioned | undefined> {
    const [row] = await this.#query(this.#statements.get, [key]);
    const { standby, value, version } = { ...row };
    // Demoted since it was checked, or a pool that reads elsewhere.
    if (standby !== false) throw new AttestationError(CHECKS.available);
    return typeof value === 'string' && typeof version === 'string' ? { value, version } : undefined;
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

  /** One at a time, and nobody waits for it: what it leaves or fails at is done by a later one. */
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

/** What the server has to be for the promises above. */
async function checkServer(pool: PostgresPool, statement: string): Promise<void> {
  const { rows } = await pool.query(statement, []);
  const server = { ...rows[0] } as Readonly<Record<string, unknown>>;
  const demands: readonly (readonly [held: boolean, variable: string, problem: string, remedy: string])[] = [
    [server['standby'] === false, 'pool', 'is connected to a standby', 'Connect it to the primary.'],
    [
      server['commit'] !== 'off',
      'synchronous_commit',
      'of PostgreSQL is off, so that a crash loses what was acknowledged',
      'ALTER ROLE … SET synchronous_commit = on.',
    ],
    [server['fsync'] === 'on', 'fsync', 'of PostgreSQL is off', 'Set it to on.'],
    [
      server['isolation'] === 'read committed',
      'default_transaction_isolation',
      'of PostgreSQL is not read committed, so that simultaneous operations fail',
      "ALTER ROLE … SET default_transaction_isolation = 'read committed'.",
    ],
    [
      server['migrated'] === true,
      'schema',
      'has no tables',
      'Await migratePostgres(pool) at start-up, or run what postgresMigration() returns.',
    ],
  ];
  const broken = demands.find(([held]) => !held);
  if (broken === undefined) return;
  const [, variable, problem, remedy] = broken;
  throw new ConfigurationError(variable, problem, remedy);
}
