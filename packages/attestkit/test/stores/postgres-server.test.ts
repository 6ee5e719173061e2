import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Pool } from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AttestationError } from '../../src/kernel/errors.js';
import { migratePostgres, postgresStore } from '../../src/stores/postgres/index.js';
import { startCompetitor } from './support/competitors.js';
import { findPostgres, freePort, startPostgres, startProxy } from './support/own-servers.js';
import { POSTGRES_URL, present, until } from './support/servers.js';

const there = await present('PostgreSQL server', async () => {
  const pool = new Pool({ connectionString: POSTGRES_URL });
  await pool.query('SELECT 1');
  await pool.end();
});

function poolAt(url: string, settings: object = {}): Pool {
  const pool = new Pool({ connectionString: url, ...settings });
  pool.on('error', () => undefined);
  return pool;
}

/** A schema without tables. */
function emptySchema() {
  const schema = `test_${randomUUID().replaceAll('-', '')}`;
  const pool = poolAt(POSTGRES_URL);
  onTestFinished(async () => {
    await pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await pool.end();
  });
  return { schema, pool };
}

async function count(pool: Pool, table: string): Promise<number> {
  const { rows } = await pool.query<{ rows: string }>(`SELECT count(*) AS rows FROM ${table}`);
  return Number(rows[0]?.rows);
}

describe.skipIf(!there)('a real server', { timeout: 30_000 }, () => {
  it('without the tables is refused, until they are created', async () => {
    const { schema, pool } = emptySchema();
    const store = postgresStore(pool, { schema });
    await expect(store.check()).rejects.toMatchObject({ variable: 'schema' });
    await migratePostgres(pool, { schema });
    expect(await store.claim('a', 1000)).toBe(true);
  });

  it('has its tables created by ten at once, and by one again', async () => {
    const { schema, pool } = emptySchema();
    await Promise.all(Array.from({ length: 10 }, () => migratePostgres(pool, { schema })));
    const store = postgresStore(pool, { schema });
    expect(await store.claim('a', 3_600_000)).toBe(true);
    await migratePostgres(pool, { schema });
    expect(await store.claim('a', 1000)).toBe(false);
  });

  it.each<[string, string]>([
    ['-c synchronous_commit=off', 'synchronous_commit'],
    ['-c default_transaction_isolation=serializable', 'default_transaction_isolation'],
  ])('with %s is refused', async (options, variable) => {
    const { schema, pool } = emptySchema();
    await migratePostgres(pool, { schema });
    const other = poolAt(POSTGRES_URL, { options });
    onTestFinished(() => other.end());
    await expect(postgresStore(other, { schema }).check()).rejects.toMatchObject({ variable });
  });

  it('has what has ended removed by later writes, and nothing else', async () => {
    const { schema, pool } = emptySchema();
    await migratePostgres(pool, { schema });
    const store = postgresStore(pool, { schema });
    for (let index = 0; index < 60; index += 1) {
      await store.claim(`short${index}`, 1);
      await store.advance(`short${index}`, 1, { ttlMs: 1 });
      await store.put(`short${index}`, 'one', undefined, 1);
    }
    await store.advance('stays', 1);
    await store.put('stays', 'one', undefined);
    const tables = ['claims', 'counters', 'records'].map((table) => `${schema}.${table}`);
    let index = 0;
    await until(async () => {
      index += 1;
      await store.claim(`long${index}`, 30_000);
      await store.advance(`long${index}`, 1, { ttlMs: 30_000 });
      await store.put(`long${index}`, 'one', undefined, 30_000);
      const ended = tables.map(async (table) => {
        const { rows } = await pool.query(`SELECT 1 FROM ${table} WHERE expires_at <= now()`);
        return rows.length;
      });
      return (await Promise.all(ended)).every((left) => left === 0);
    });
    for (const last = index + 45; index < last;) {
      index += 1;
      await store.claim(`long${index}`, 30_000);
      await store.advance(`long${index}`, 1, { ttlMs: 30_000 });
      await store.put(`long${index}`, 'one', undefined, 30_000);
    }
    expect(await count(pool, `${schema}.claims`)).toBe(index);
    expect(await count(pool, `${schema}.counters`)).toBe(index + 1);
    expect(await count(pool, `${schema}.records`)).toBe(index + 1);
    expect(await store.advance('stays', 1)).toBe(false);
    expect((await store.get('stays'))?.value).toBe('one');
  });

  it('may be swept and used for the same keys at once, without anybody waiting for anybody', async () => {
    const { schema, pool } = emptySchema();
    await migratePostgres(pool, { schema });
    const store = postgresStore(pool, { schema, timeoutMs: 10_000, maxInFlight: 1000 });
    for (let round = 0; round < 5; round += 1) {
      const writes = Array.from({ length: 300 }, (_, index) =>
        store.advance(`a${index % 30}`, 1 + (index % 7), { ttlMs: 1 }),
      );
      for (const outcome of await Promise.allSettled(writes)) expect(outcome.status).toBe('fulfilled');
    }
  });

  it('is not used on a connection that refuses', async () => {
    const pool = poolAt(`postgres://postgres@127.0.0.1:${await freePort()}/test`);
    const store = postgresStore(pool, { timeoutMs: 500 });
    await expect(store.claim('a', 1)).rejects.toMatchObject({
      code: 'ERR_STORE_UNAVAILABLE',
      cause: { message: 'the store failed (ECONNREFUSED)' },
    });
    await expect(store.check()).rejects.toBeInstanceOf(AttestationError);
  });

  it('that is slow leaves a claim spent and granted to nobody, and serves again afterwards', async () => {
    const { schema, pool: direct } = emptySchema();
    await migratePostgres(direct, { schema });
    const url = new URL(POSTGRES_URL);
    const proxy = await startProxy(Number(url.port || 5432));
    url.port = `${proxy.port}`;
    const pool = poolAt(url.href, { max: 3 });
    onTestFinished(() => pool.end());
    const store = postgresStore(pool, { schema, timeoutMs: 300, maxInFlight: 10 });
    await store.check();
    proxy.hold(true);
    await expect(store.claim('a', 3_600_000)).rejects.toMatchObject({ code: 'ERR_STORE_TIMEOUT' });
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => store.get('a')));
    const codes = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'served'));
    expect(codes.filter((code) => code === 'ERR_STORE_TIMEOUT')).toHaveLength(9);
    expect(codes.filter((code) => code === 'ERR_STORE_BUSY')).toHaveLength(41);
    proxy.hold(false);
    await until(() =>
      store.get('a').then(
        () => true,
        () => false,
      ),
    );
    expect(await store.claim('a', 3_600_000)).toBe(false);
  });
});

const startable = await present('PostgreSQL to be started', findPostgres);

describe.skipIf(!startable)('kill -9 of a server', { timeout: 90_000 }, () => {
  it('loses nothing that was acknowledged, and the store serves again with the pool it has', async () => {
    const server = await startPostgres('max_connections=30');
    const url = `postgres://postgres@127.0.0.1:${server.port}/postgres`;
    const pool = poolAt(url);
    await migratePostgres(pool, { schema: 'attestkit' });
    const store = postgresStore(pool, { timeoutMs: 1000 });
    const writer = await startCompetitor('postgres', url, 'attestkit');
    let said = '';
    writer.process.stdout?.on('data', (text) => {
      said += text;
    });
    void writer.ask('write', { own: 'writer' }).catch(() => undefined);
    await until(() => said.length > 4000);
    await server.kill();
    writer.process.kill('SIGKILL');
    await once(writer.process, 'close');
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => store.claim('during', 1000)));
    for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { stage: 'unavailable' } });
    await server.start();
    await until(() =>
      store.get('a').then(
        () => true,
        () => false,
      ),
    );
    const lines = said.split('\n').slice(0, -1);
    const acknowledged = (kind: string): string[] =>
      lines.filter((line) => line.startsWith(`${kind} `)).map((line) => line.slice(kind.length + 1));
    expect(acknowledged('claim').length).toBeGreaterThan(20);
    for (const key of acknowledged('claim')) expect(await store.claim(key, 1)).toBe(false);
    for (const key of acknowledged('put')) expect((await store.get(key))?.value).toBe(key);
    expect(await store.advance('writer', Number(acknowledged('advance').at(-1)))).toBe(false);
    await pool.end();
  });
});
