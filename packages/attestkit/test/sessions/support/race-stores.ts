import { randomUUID } from 'node:crypto';
import { DatabaseSync } from '@photostructure/sqlite';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import type { Store } from '../../../src/ports/store.js';
import { migratePostgres, postgresStore } from '../../../src/stores/postgres/index.js';
import { fromIoredis, redisStore } from '../../../src/stores/redis/index.js';
import { sqliteStore } from '../../../src/stores/sqlite/index.js';
import { databaseFile } from '../../stores/support/opened.js';
import { POSTGRES_URL, REDIS_URL } from '../../stores/support/servers.js';

/** A store that several processes can open, and this one has open. */
export interface Shared {
  readonly kind: string;
  readonly store: Store;
  readonly where: string;
  /** The prefix or the schema that the processes share. */
  readonly name: string;
  /** Whether its server may lose what it was told, as one for tests does. */
  readonly isLossy: boolean;
  /** The keys of records that begin so, expired ones too where the store still has them. */
  keys(beginning: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

async function openSqlite(): Promise<Shared> {
  const file = databaseFile();
  const database = new DatabaseSync(file.path);
  const store = sqliteStore(database);
  return {
    kind: 'sqlite',
    store,
    where: file.path,
    name: '',
    isLossy: false,
    keys: async (beginning) => {
      const rows = database
        .prepare('SELECT key FROM attestkit_records WHERE substr(key, 1, ?) = ?')
        .all(beginning.length, beginning);
      return rows.map((row) => String((row as { readonly key: unknown }).key));
    },
    close: async () => {
      database.close();
      file.remove();
    },
  };
}

export async function openRedis(url = REDIS_URL, isLossy = true): Promise<Shared> {
  const client = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
  client.on('error', () => undefined);
  await client.connect();
  const name = `test:${randomUUID()}:`;
  const found = async (pattern: string): Promise<readonly string[]> => {
    const keys: string[] = [];
    for await (const some of client.scanStream({ match: `${name}${pattern}*`, count: 1000 }))
      keys.push(...(some as string[]));
    return [...new Set(keys)];
  };
  return {
    kind: 'redis',
    store: redisStore(fromIoredis(client), {
      prefix: name,
      ...(isLossy && { persistence: 'accept-loss' }),
    }),
    where: url,
    name,
    isLossy,
    keys: async (beginning) => (await found(`r:${beginning}`)).map((key) => key.slice(name.length + 2)),
    close: async () => {
      const keys = await found('');
      if (keys.length > 0) await client.del(...keys);
      client.disconnect();
    },
  };
}

async function openPostgres(): Promise<Shared> {
  const pool = new Pool({ connectionString: POSTGRES_URL });
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await migratePostgres(pool, { schema: name });
  return {
    kind: 'postgres',
    store: postgresStore(pool, { schema: name }),
    where: POSTGRES_URL,
    name,
    isLossy: false,
    keys: async (beginning) => {
      const sql = `SELECT key FROM ${name}.records WHERE starts_with(key, $1)`;
      const { rows } = await pool.query<{ readonly key: string }>(sql, [beginning]);
      return rows.map(({ key }) => key);
    },
    close: async () => {
      await pool.query(`DROP SCHEMA ${name} CASCADE`);
      await pool.end();
    },
  };
}

/** Opens each; rejects where its server is not there. */
export const SHARED = {
  sqlite: openSqlite,
  redis: () => openRedis(),
  postgres: openPostgres,
} as const satisfies Readonly<Record<string, () => Promise<Shared>>>;
