import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import type { Store } from 'attestkit';
import { memoryStore } from 'attestkit/stores/memory';
import { migratePostgres, postgresStore } from 'attestkit/stores/postgres';
import { fromIoredis, fromNodeRedis, redisStore } from 'attestkit/stores/redis';
import { sqliteStore } from 'attestkit/stores/sqlite';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { createClient } from 'redis';

/** A store that works, and how to leave nothing of it behind. */
export interface OpenStore {
  readonly store: Store;
  close(): Promise<void>;
}

const {
  ATTESTKIT_REDIS_URL = 'redis://127.0.0.1:6379',
  ATTESTKIT_POSTGRES_URL = 'postgres://postgres@127.0.0.1:5432/test',
} = process.env;

/** Opens each store; rejects where its server is not there. */
export const STORES: Readonly<Record<string, () => Promise<OpenStore>>> = {
  memory: async () => ({ store: memoryStore({ capacity: 2_000_000 }), close: async () => undefined }),
  async SQLite() {
    const directory = mkdtempSync(join(tmpdir(), 'attestkit-bench-'));
    const database = new DatabaseSync(join(directory, 'store.db'));
    const close = async (): Promise<void> => {
      database.close();
      rmSync(directory, { recursive: true, force: true });
    };
    return { store: sqliteStore(database), close };
  },
  async 'Redis, ioredis'() {
    const client = new Redis(ATTESTKIT_REDIS_URL, { lazyConnect: true, retryStrategy: () => null });
    client.on('error', () => undefined);
    await client.connect();
    const prefix = newPrefix();
    const close = async (): Promise<void> => {
      const keys = await client.keys(`${prefix}*`);
      for (const some of slices(keys)) await client.del(...some);
      client.disconnect();
    };
    return { store: redisStore(fromIoredis(client), { prefix, persistence: 'accept-loss' }), close };
  },
  async 'Redis, redis'() {
    const client = createClient({ url: ATTESTKIT_REDIS_URL, socket: { reconnectStrategy: false } });
    client.on('error', () => undefined);
    await client.connect();
    const prefix = newPrefix();
    const close = async (): Promise<void> => {
      const keys = await client.keys(`${prefix}*`);
      for (const some of slices(keys)) await client.del(some);
      client.destroy();
    };
    return { store: redisStore(fromNodeRedis(client), { prefix, persistence: 'accept-loss' }), close };
  },
  async PostgreSQL() {
    const pool = new Pool({ connectionString: ATTESTKIT_POSTGRES_URL });
    const schema = `bench_${randomUUID().replaceAll('-', '')}`;
    await migratePostgres(pool, { schema });
    const close = async (): Promise<void> => {
      await pool.query(`DROP SCHEMA ${schema} CASCADE`);
      await pool.end();
    };
    return { store: postgresStore(pool, { schema }), close };
  },
};

function newPrefix(): string {
  return `bench:${randomUUID()}:`;
}

function slices(keys: readonly string[]): string[][] {
  const count = Math.ceil(keys.length / 1000);
  return Array.from({ length: count }, (_, at) => keys.slice(at * 1000, (at + 1) * 1000));
}
