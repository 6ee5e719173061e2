import { ConfigurationError } from '../../kernel/errors.js';
import { COLUMNS, otherFormat, type PostgresPool } from './schema.js';
import type { PostgresStatements } from './statements.js';

type Demand = readonly [held: boolean, variable: string, problem: string, remedy: string];

/**
 * What the server has to be for the promises of the store.
 *
 * @throws ConfigurationError naming the setting and the remedy
 */
export async function checkServer(pool: PostgresPool, statements: PostgresStatements): Promise<void> {
  const server = await ask(pool, statements.check);
  const { began } = await ask(pool, statements.began);
  const demands: readonly Demand[] = [
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
      // Two statements that each have a transaction of their own begin at different times.
      server['began'] !== began,
      'pool',
      'runs its statements in a transaction of the application, which could roll back a claim that was granted',
      'Give a Pool of the package pg, and no connection on which a transaction was begun.',
    ],
    [
      server['columns'] !== null,
      'schema',
      'has no tables',
      'Await migratePostgres(pool) at start-up, or run what postgresMigration() returns.',
    ],
  ];
  const broken = demands.find(([held]) => !held);
  if (broken !== undefined) {
    const [, variable, problem, remedy] = broken;
    throw new ConfigurationError(variable, problem, remedy);
  }
  if (server['columns'] !== COLUMNS) throw otherFormat();
}

async function ask(pool: PostgresPool, statement: string): Promise<Readonly<Record<string, unknown>>> {
  const { rows } = await pool.query(statement, []);
  return { ...rows[0] } as Readonly<Record<string, unknown>>;
}
