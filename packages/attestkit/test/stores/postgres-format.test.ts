import { randomUUID } from 'node:crypto';
import { Client, Pool } from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ConfigurationError } from '../../src/kernel/errors.js';
import { migratePostgres, postgresStore } from '../../src/stores/postgres/index.js';
import { POSTGRES_URL, present } from './support/servers.js';

const there = await present('PostgreSQL server', async () => {
  const pool = new Pool({ connectionString: POSTGRES_URL });
  await pool.query('SELECT 1');
  await pool.end();
});

/** A schema without tables. */
function emptySchema(): { readonly schema: string; readonly pool: Pool } {
  const schema = `test_${randomUUID().replaceAll('-', '')}`;
  const pool = new Pool({ connectionString: POSTGRES_URL });
  onTestFinished(async () => {
    await pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await pool.end();
  });
  return { schema, pool };
}

async function only<Row extends object>(pool: Pool, query: string): Promise<Row> {
  const { rows } = await pool.query<Row>(query);
  expect(rows).toHaveLength(1);
  return rows[0] as Row;
}

/** The tables as they were before there was a window in them. */
function oldTables(schema: string): string {
  return `CREATE SCHEMA ${schema};
    CREATE TABLE ${schema}.claims (key text COLLATE "C" PRIMARY KEY, expires_at timestamptz NOT NULL);
    CREATE TABLE ${schema}.counters (key text COLLATE "C" PRIMARY KEY, value bigint NOT NULL, expires_at timestamptz);
    CREATE TABLE ${schema}.records
      (key text COLLATE "C" PRIMARY KEY, value text NOT NULL, version text NOT NULL, expires_at timestamptz);
    INSERT INTO ${schema}.records VALUES ('a', 'one', 'v', NULL)`;
}

const REFUSED = {
  constructor: ConfigurationError,
  variable: 'schema',
  problem: 'has tables of another format',
};

describe.skipIf(!there)('the tables', { timeout: 30_000 }, () => {
  it('of another version are refused, by the migration and by the store, and left as they are', async () => {
    const { schema, pool } = emptySchema();
    await pool.query(oldTables(schema));
    await expect(migratePostgres(pool, { schema })).rejects.toMatchObject(REFUSED);
    const store = postgresStore(pool, { schema });
    await expect(store.check()).rejects.toMatchObject(REFUSED);
    await expect(store.get('a')).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE', cause: REFUSED });
    expect(await only(pool, `SELECT * FROM ${schema}.records`)).toMatchObject({ key: 'a', value: 'one' });
    const { rows } = await pool.query(`SELECT 1 FROM pg_indexes WHERE schemaname = '${schema}'`);
    expect(rows).toHaveLength(3);
  });

  it.each([
    'DROP TABLE %.claims',
    'ALTER TABLE %.records DROP COLUMN format',
    'ALTER TABLE %.counters ADD more int',
  ])('after %j are refused', async (change) => {
    const { schema, pool } = emptySchema();
    await migratePostgres(pool, { schema });
    await pool.query(change.replace('%', schema));
    await expect(postgresStore(pool, { schema }).check()).rejects.toMatchObject(REFUSED);
  });

  it('are used once the old ones are dropped', async () => {
    const { schema, pool } = emptySchema();
    await pool.query(oldTables(schema));
    await pool.query(`DROP SCHEMA ${schema} CASCADE`);
    await migratePostgres(pool, { schema });
    const store = postgresStore(pool, { schema });
    await store.check();
    expect(await store.get('a')).toBeUndefined();
  });

  it('have no index to change when a record or a counter lives longer', async () => {
    const { schema, pool } = emptySchema();
    await migratePostgres(pool, { schema });
    const store = postgresStore(pool, { schema });
    const month = 30 * 86_400_000;
    await store.put('a', 'one', undefined, month);
    await store.advance('a', 1, { ttlMs: month });
    const times = async (table: string): Promise<{ sweep: number; end: number }> =>
      only(
        pool,
        `SELECT extract(epoch FROM sweep_at)::float8 AS sweep, extract(epoch FROM expires_at)::float8 AS end
         FROM ${schema}.${table}`,
      );
    const before = [await times('records'), await times('counters')];
    for (let again = 2; again < 8; again += 1) {
      const live = await store.get('a');
      expect(await store.put('a', 'two', live?.version, month + again * 1000)).toBe(true);
      expect(await store.advance('a', again, { ttlMs: month + again * 1000 })).toBe(true);
      expect(await store.advance('a', again, { ttlMs: month + again * 1000 })).toBe(false);
    }
    const after = [await times('records'), await times('counters')];
    for (const [at, { sweep, end }] of after.entries()) {
      expect(sweep).toBe(before[at]?.sweep);
      expect(end).toBeGreaterThan((before[at]?.end ?? 0) + 6);
      expect(sweep).toBeGreaterThan(end);
    }
    // A time to live that is much longer, much shorter or endless moves it: nothing is removed before it ends, nor long after.
    for (const ttlMs of [3 * month, month / 10, undefined, month]) {
      const live = await store.get('a');
      expect(await store.put('a', 'two', live?.version, ttlMs)).toBe(true);
      const { sweep, end } = await times('records');
      if (ttlMs === undefined) expect([sweep, end]).toEqual([null, null]);
      else {
        expect(sweep).toBeGreaterThanOrEqual(end);
        expect(sweep - end).toBeLessThan(ttlMs / 1000 / 4 + 1);
      }
    }
  });
});

describe.skipIf(!there)('a pool', { timeout: 30_000 }, () => {
  it('that is a client is refused, with the reason', () => {
    const { pool } = emptySchema();
    expect(() => postgresStore(new Client())).toThrow(/is a client and not a pool.*Give a Pool/);
    expect(() => postgresStore(pool)).not.toThrow();
  });

  it('that runs in a transaction of the application is refused, before the first claim', async () => {
    const { schema, pool } = emptySchema();
    await migratePostgres(pool, { schema });
    const client = await pool.connect();
    onTestFinished(() => client.release());
    const store = postgresStore({ query: (text, values) => client.query(text, values) }, { schema });
    await client.query('BEGIN');
    const refused = { constructor: ConfigurationError, variable: 'pool' };
    await expect(store.claim('a', 1000)).rejects.toMatchObject({ cause: refused });
    await expect(store.check()).rejects.toMatchObject(refused);
    await client.query('ROLLBACK');
    await store.check();
  });

  it.each(['INSERT ON %.claims', 'DELETE ON %.records', 'UPDATE ON %.counters', 'SELECT ON %.records'])(
    'whose role lacks %j is refused at start-up, and told what it needs',
    async (privilege) => {
      const { schema, pool } = emptySchema();
      await migratePostgres(pool, { schema });
      const role = `role_${schema}`;
      await pool.query(`CREATE ROLE ${role} LOGIN`);
      onTestFinished(async () => void (await pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`)));
      await pool.query(`GRANT USAGE ON SCHEMA ${schema} TO ${role};
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${role}`);
      const url = new URL(POSTGRES_URL);
      url.username = role;
      const own = new Pool({ connectionString: url.href });
      onTestFinished(() => own.end());
      await postgresStore(own, { schema }).check();
      await pool.query(`REVOKE ${privilege.replace('%', schema)} FROM ${role}`);
      await expect(postgresStore(own, { schema }).check()).rejects.toMatchObject({
        constructor: ConfigurationError,
        variable: 'pool',
        remedy: expect.stringContaining('SELECT, INSERT, UPDATE and DELETE') as string,
        cause: { message: 'the store failed (42501)' },
      });
    },
  );
});
