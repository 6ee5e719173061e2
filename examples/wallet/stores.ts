import { ConfigurationError, type Store } from 'attestkit';
import { memoryStore } from 'attestkit/stores/memory';
import { migratePostgres, postgresStore } from 'attestkit/stores/postgres';
import { fromIoredis, redisStore } from 'attestkit/stores/redis';
import { sqliteStore } from 'attestkit/stores/sqlite';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A store that is ready, and how to let go of it. */
export interface OpenStore {
  readonly store: Store;
  readonly close: () => Promise<void>;
}

/** Each opens with the client of the user's choice; a server is where its variable says, or on this machine. */
export const STORES: Readonly<Record<string, () => Promise<OpenStore>>> = {
  memory: () => Promise.resolve({ store: memoryStore(), close: () => Promise.resolve() }),

  sqlite: async () => {
    // `node:sqlite` from Node 22 on is the same.
    const { DatabaseSync } = await import('@photostructure/sqlite');
    const folder = mkdtempSync(join(tmpdir(), 'attestkit-demo-'));
    const database = new DatabaseSync(join(folder, 'wallet.db'));
    const close = (): Promise<void> => {
      database.close();
      rmSync(folder, { recursive: true });
      return Promise.resolve();
    };
    return { store: sqliteStore(database), close };
  },

  redis: async () => {
    const { Redis } = await import('ioredis');
    const url = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379';
    const client = new Redis(url, {
      lazyConnect: true,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 1,
      autoResendUnfulfilledCommands: false,
    });
    client.on('error', () => undefined);
    await reach('REDIS_URL', url, () => client.connect());
    // A demonstration may lose its devices when Redis restarts; a service may not, and leaves this out.
    const store = redisStore(fromIoredis(client), {
      prefix: 'attestkit-wallet:',
      persistence: 'accept-loss',
    });
    await store.check();
    return { store, close: async () => void (await client.quit()) };
  },

  postgres: async () => {
    const { Pool } = (await import('pg')).default;
    const url = process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';
    const pool = new Pool({ connectionString: url, connectionTimeoutMillis: 3000, query_timeout: 3000 });
    pool.on('error', () => undefined);
    await reach('DATABASE_URL', url, () => migratePostgres(pool, { schema: 'attestkit_wallet' }));
    const store = postgresStore(pool, { schema: 'attestkit_wallet' });
    await store.check();
    return { store, close: () => pool.end() };
  },
};

async function reach(variable: string, url: string, connect: () => Promise<unknown>): Promise<void> {
  try {
    await connect();
  } catch (cause) {
    if (cause instanceof ConfigurationError) throw cause;
    const { host } = new URL(url);
    const remedy = `Start the server, or set ${variable} to one that runs.`;
    throw new ConfigurationError(variable, `${host} cannot be reached`, remedy, { cause });
  }
}
