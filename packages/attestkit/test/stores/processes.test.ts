import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { DatabaseSync } from '@photostructure/sqlite';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../src/ports/store.js';
import { migratePostgres, postgresStore } from '../../src/stores/postgres/index.js';
import { fromIoredis, redisStore } from '../../src/stores/redis/index.js';
import { sqliteStore } from '../../src/stores/sqlite/index.js';
import { startCompetitor, type Competitor } from './support/competitors.js';
import { databaseFile } from './support/opened.js';
import { POSTGRES_URL, present, REDIS_URL } from './support/servers.js';

const PROCESSES = 4;
/** By each process: 1,000 in all. */
const EACH = 250;

interface Shared {
  readonly where: string;
  /** The prefix or schema that the processes share. */
  readonly own: string;
  readonly store: Store;
  close(): Promise<void>;
}

/** What the processes share, opened in this one as well. */
const SHARED: Readonly<Record<string, () => Promise<Shared>>> = {
  async sqlite() {
    const { path, remove } = databaseFile();
    const database = new DatabaseSync(path);
    const close = async (): Promise<void> => {
      database.close();
      remove();
    };
    return { where: path, own: '', store: sqliteStore(database), close };
  },
  async ioredis() {
    return redis();
  },
  async 'node-redis'() {
    return redis();
  },
  async postgres() {
    const pool = new Pool({ connectionString: POSTGRES_URL });
    const own = `test_${randomUUID().replaceAll('-', '')}`;
    await migratePostgres(pool, { schema: own });
    const close = async (): Promise<void> => {
      await pool.query(`DROP SCHEMA ${own} CASCADE`);
      await pool.end();
    };
    return { where: POSTGRES_URL, own, store: postgresStore(pool, { schema: own }), close };
  },
};

function redis(): Shared {
  const client = new Redis(REDIS_URL);
  const own = `test:${randomUUID()}:`;
  const close = async (): Promise<void> => {
    for (const key of await client.keys(`${own}*`)) await client.del(key);
    client.disconnect();
  };
  return {
    where: REDIS_URL,
    own,
    store: redisStore(fromIoredis(client), { prefix: own, persistence: 'accept-loss' }),
    close,
  };
}

const redisThere = await present('Redis server', async () => {
  const client = new Redis(REDIS_URL, { lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => undefined);
  await client.connect();
  client.disconnect();
});
const postgresThere = await present('PostgreSQL server', async () => {
  const pool = new Pool({ connectionString: POSTGRES_URL });
  await pool.query('SELECT 1');
  await pool.end();
});
const there: Readonly<Record<string, boolean>> = {
  sqlite: true,
  ioredis: redisThere,
  'node-redis': redisThere,
  postgres: postgresThere,
};

/** What all of them say, asked at once. */
function ask<T>(competitors: readonly Competitor[], task: string, input: object): Promise<T[]> {
  return Promise.all(competitors.map((each) => each.ask(task, input))) as Promise<T[]>;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

for (const [kind, share] of Object.entries(SHARED)) {
  describe.skipIf(there[kind] !== true)(`four processes on ${kind}`, { timeout: 60_000 }, () => {
    let shared: Shared;
    let competitors: readonly Competitor[] = [];
    let store: Store;
    beforeAll(async () => {
      // The processes run what was built: npm run build.
      expect(existsSync(new URL('../../dist/stores/sqlite/index.js', import.meta.url))).toBe(true);
      shared = await share();
      store = shared.store;
      const started = Array.from({ length: PROCESSES }, () =>
        startCompetitor(kind, shared.where, shared.own),
      );
      competitors = await Promise.all(started);
    });
    afterAll(async () => {
      for (const { process } of competitors) process.kill('SIGKILL');
      await shared.close();
    });

    it('are granted one of 1,000 simultaneous claims', async () => {
      for (const key of ['a', 'b', 'c'])
        expect(sum(await ask(competitors, 'claim', { key, count: EACH }))).toBe(1);
      expect(await store.claim('a', 1000)).toBe(false);
    });

    it('are granted one of 1,000 simultaneous advances to one value, time after time', async () => {
      for (const value of [1, 2, 4_294_967_295])
        expect(sum(await ask(competitors, 'advance', { key: 'risen', count: EACH, value }))).toBe(1);
      expect(await store.advance('risen', 4_294_967_295)).toBe(false);
    });

    it('are granted one of 1,000 simultaneous uses of a late value', async () => {
      for (const value of [1, 40, 41, 60]) await store.advance('late', value, { window: 64 });
      for (const value of [2, 39, 59])
        expect(sum(await ask(competitors, 'advance', { key: 'late', count: EACH, value, window: 64 }))).toBe(
          1,
        );
      const input = { key: 'late', count: EACH, value: 41, window: 64 };
      expect(sum(await ask(competitors, 'advance', input))).toBe(0);
    });

    it('are granted each of 64 values once that come from all of them, in two orders', async () => {
      await store.advance('window', 1, { window: 64 });
      const granted = (await Promise.all(
        competitors.map((each, at) => each.ask('late', { key: 'window', to: 65, backwards: at % 2 === 1 })),
      )) as number[][];
      const values = granted.flat().toSorted((one, other) => one - other);
      expect(values).toEqual(Array.from({ length: 64 }, (_, index) => index + 2));
    });

    it('delete or replace a version once, whichever comes first', async () => {
      for (const key of ['gone1', 'gone2', 'gone3']) {
        await store.put(key, 'one', undefined);
        const input = { key, count: EACH, version: (await store.get(key))?.version };
        const tasks = ['delete', 'replace', 'delete', 'replace'];
        const done = await Promise.all(competitors.map((each, at) => each.ask(tasks[at] as string, input)));
        expect(sum(done as number[])).toBe(1);
      }
    });

    it('write one of 1,000 simultaneous records, and one from each version', async () => {
      expect(sum(await ask(competitors, 'create', { key: 'written', count: EACH }))).toBe(1);
      const first = await store.get('written');
      const input = { key: 'written', count: EACH, version: first?.version };
      expect(sum(await ask(competitors, 'replace', input))).toBe(1);
      expect(sum(await ask(competitors, 'replace', input))).toBe(0);
      expect((await store.get('written'))?.version).not.toBe(first?.version);
    });

    it('never see a counter fall, nor two of them the same value', async () => {
      const granted = (await Promise.all(
        competitors.map((each, from) =>
          each.ask('rise', { key: 'rising', from: from + 1, to: 400, step: 1 + from }),
        ),
      )) as number[][];
      for (const values of granted) expect(values).toEqual(values.toSorted((a, b) => a - b));
      expect(new Set(granted.flat()).size).toBe(granted.flat().length);
      const highest = Math.max(...granted.flat());
      expect(await store.advance('rising', highest)).toBe(false);
      expect(await store.advance('rising', highest + 1)).toBe(true);
    });

    it('lose none of their changes', async () => {
      await store.put('sum', '0', undefined);
      await ask(competitors, 'add', { key: 'sum', count: 25 });
      expect((await store.get('sum'))?.value).toBe('100');
    });
  });
}
