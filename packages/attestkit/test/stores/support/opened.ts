import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { createClient } from 'redis';
import type { Store } from '../../../src/ports/store.js';
import type { DeadlineOptions } from '../../../src/stores/deadline.js';
import { memoryStore } from '../../../src/stores/memory.js';
import {
  migratePostgres,
  postgresStore,
  type PostgresStoreOptions,
} from '../../../src/stores/postgres/index.js';
import { fromIoredis, fromNodeRedis, redisStore } from '../../../src/stores/redis/index.js';
import { sqliteStore } from '../../../src/stores/sqlite/index.js';
import { POSTGRES_URL, REDIS_URL } from './servers.js';

/** A store that works, and how to leave nothing of it behind. */
export interface Opened {
  readonly store: Store;
  readonly pass?: (ms: number) => void;
  /** Gives what is stored under a key the form of another version; memory has none. */
  readonly spoil?: (family: 'counter' | 'record', key: string) => Promise<unknown>;
  close(): Promise<void>;
}

/** A file in a directory of its own. */
export function databaseFile(): { readonly path: string; remove(): void } {
  const directory = mkdtempSync(join(tmpdir(), 'attestkit-stores-'));
  return {
    path: join(directory, 'store.db'),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** Opens each store; rejects where its server is not there. */
export const OPEN: Readonly<Record<string, (options?: DeadlineOptions) => Promise<Opened>>> = {
  async memory() {
    let now = Date.now();
    const pass = (ms: number): void => {
      now += ms;
    };
    return { store: memoryStore({ now: () => now }), pass, close: async () => undefined };
  },
  async sqlite(options = {}) {
    const file = databaseFile();
    const database = new DatabaseSync(file.path);
    const close = async (): Promise<void> => {
      database.close();
      file.remove();
    };
    const spoil = async (family: 'counter' | 'record', key: string): Promise<void> => {
      const change = family === 'counter' ? `value = '2' || substr(value, 2)` : 'format = 2';
      database.prepare(`UPDATE attestkit_${family}s SET ${change} WHERE key = ?`).run(key);
    };
    return { store: sqliteStore(database, options), spoil, close };
  },
  async ioredis(options = {}) {
    const client = new Redis(REDIS_URL, {
      lazyConnect: true,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    });
    client.on('error', () => undefined);
    await client.connect();
    const prefix = `test:${randomUUID()}:`;
    const close = async (): Promise<void> => {
      for (const key of await client.keys(`${prefix}*`)) await client.del(key);
      client.disconnect();
    };
    const spoil = (family: 'counter' | 'record', key: string): Promise<unknown> =>
      client.setrange(`${prefix}${family === 'counter' ? 'n' : 'r'}:${key}`, 0, '2');
    const store = redisStore(fromIoredis(client), { ...options, prefix, persistence: 'accept-loss' });
    return { store, spoil, close };
  },
  async 'node-redis'(options = {}) {
    const client = createClient({ url: REDIS_URL, socket: { reconnectStrategy: false } });
    client.on('error', () => undefined);
    await client.connect();
    const prefix = `test:${randomUUID()}:`;
    const close = async (): Promise<void> => {
      for (const key of await client.keys(`${prefix}*`)) await client.del(key);
      client.destroy();
    };
    const spoil = (family: 'counter' | 'record', key: string): Promise<unknown> =>
      client.setRange(`${prefix}${family === 'counter' ? 'n' : 'r'}:${key}`, 0, '2');
    const store = redisStore(fromNodeRedis(client), { ...options, prefix, persistence: 'accept-loss' });
    return { store, spoil, close };
  },
  postgres: (options) => openPostgres({ ...options }),
  'postgres with named statements': (options) => openPostgres({ ...options, namedStatements: true }),
};

async function openPostgres(options: Omit<PostgresStoreOptions, 'schema'>): Promise<Opened> {
  const pool = new Pool({ connectionString: POSTGRES_URL });
  const schema = `test_${randomUUID().replaceAll('-', '')}`;
  await migratePostgres(pool, { schema });
  const close = async (): Promise<void> => {
    await pool.query(`DROP SCHEMA ${schema} CASCADE`);
    await pool.end();
  };
  const spoil = (family: 'counter' | 'record', key: string): Promise<unknown> =>
    pool.query(`UPDATE ${schema}.${family}s SET format = 2 WHERE key = $1`, [key]);
  return { store: postgresStore(pool, { ...options, schema }), spoil, close };
}
