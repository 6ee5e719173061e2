import { resolve } from 'node:path';
import { ConfigurationError, type Store } from 'attestkit';
import { memoryStore } from 'attestkit/stores/memory';
import { migratePostgres, postgresStore } from 'attestkit/stores/postgres';
import { fromIoredis, redisStore } from 'attestkit/stores/redis';
import { sqliteStore } from 'attestkit/stores/sqlite';
import { openSqlite } from './sqlite.js';

/** A store that answers, and how to let go of it. */
export interface OpenState {
  readonly store: Store;
  close(): Promise<void>;
}

/** What a configuration without `store` gets if devices enroll: a file beside it. */
export const DEFAULT_STORE = 'sqlite:attestkit.db';

/**
 * Opens what keeps challenges, devices and counters: `sqlite:PATH` for one process, `redis://…`, `rediss://…` or `postgres://…` for several,
 * `memory` for a trial.
 *
 * @param folder relative paths begin here
 * @throws ConfigurationError (rejects with it) that says why it cannot be used
 */
export async function openState(text: string, folder: string): Promise<OpenState> {
  const [scheme = ''] = text.split(':', 1);
  if (text === 'memory') return { store: memoryStore(), close: () => Promise.resolve() };
  if (scheme === 'sqlite') return await openFile(resolve(folder, text.slice('sqlite:'.length)));
  if (scheme === 'redis' || scheme === 'rediss') return await openRedis(text);
  if (scheme === 'postgres' || scheme === 'postgresql') return await openPostgres(text);
  const remedy = 'Give sqlite:attestkit.db, redis://host:6379, postgres://host/database, or memory.';
  throw new ConfigurationError('store', 'is not a store', remedy);
}

async function openFile(path: string): Promise<OpenState> {
  const { handle, close } = await openSqlite(path);
  const store = sqliteStore(handle);
  await store.check().catch((error: unknown) => {
    close();
    throw error;
  });
  return { store, close: () => Promise.resolve(close()) };
}

async function openRedis(url: string): Promise<OpenState> {
  const { Redis } = await import('ioredis');
  const client = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    // A command that was sent may have been done: it must not be done again.
    autoResendUnfulfilledCommands: false,
  });
  // Each call that fails says so by itself, but not why there is no connection.
  let lost: Error | undefined;
  client.on('error', (error: Error) => (lost = error));
  const store = redisStore(fromIoredis(client));
  await reached(
    url,
    async () => {
      await client.connect().catch((error: unknown) => {
        throw lost ?? error;
      });
      await store.check();
    },
    () => client.disconnect(),
  );
  return { store, close: async () => void (await client.quit().catch(() => client.disconnect())) };
}

async function openPostgres(url: string): Promise<OpenState> {
  const { Pool } = (await import('pg')).default;
  const pool = new Pool({ connectionString: url, connectionTimeoutMillis: 3000, query_timeout: 3000 });
  pool.on('error', () => undefined);
  const store = postgresStore(pool);
  await reached(
    url,
    async () => {
      await migratePostgres(pool);
      await store.check();
    },
    () => pool.end(),
  );
  return { store, close: () => pool.end() };
}

/** @param end ends a client that would try for ever. @throws ConfigurationError (rejects with it) */
async function reached(url: string, open: () => Promise<void>, end: () => unknown): Promise<void> {
  try {
    await open();
  } catch (cause) {
    await end();
    if (cause instanceof ConfigurationError) throw cause;
    // The address has a password in it, and the messages of drivers may have the address.
    const code = (cause as NodeJS.ErrnoException).code ?? (cause as Error).name;
    const host = URL.canParse(url) ? ` at ${new URL(url).host}` : '';
    throw new ConfigurationError(
      'store',
      `cannot be reached${host} (${code})`,
      'Start it, or mend its address.',
      { cause },
    );
  }
}
