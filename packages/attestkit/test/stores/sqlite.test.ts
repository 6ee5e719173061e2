import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ConfigurationError } from '../../src/kernel/errors.js';
import type { SqliteStatement } from '../../src/stores/sqlite/handle.js';
import { sqliteStore, type SqliteHandle } from '../../src/stores/sqlite/index.js';
import { STORE_CONTRACT } from 'attestkit-testing/store-contract';
import { startCompetitor } from './support/competitors.js';
import { count, file, open, pragma } from './support/sqlite.js';
import { until } from './support/servers.js';

/** What better-sqlite3 does otherwise: bindings and statements of its kind, results and errors too. */
function asBetterSqlite(database: DatabaseSyncInstance): SqliteHandle {
  const reads = (sql: string): boolean => /^\s*(SELECT|PRAGMA)/i.test(sql);
  return {
    get inTransaction() {
      return database.isTransaction;
    },
    exec(sql) {
      database.exec(sql);
      return this;
    },
    prepare(sql): SqliteStatement {
      if (/\?\d/.test(sql)) throw new RangeError('numbered parameters are names there');
      const statement = database.prepare(sql);
      const attempt = <T>(run: () => T): T => {
        try {
          return run();
        } catch (error) {
          const { sqliteCodeName: code } = error as { sqliteCodeName?: string };
          throw Object.assign(new Error((error as Error).message), { code });
        }
      };
      return {
        run(...values) {
          if (reads(sql)) throw new TypeError('This statement returns data');
          return attempt(() => statement.run(...values));
        },
        get(...values) {
          if (!reads(sql)) throw new TypeError('This statement does not return data');
          return attempt(() => statement.get(...values));
        },
      };
    },
  };
}

describe('the handle', { timeout: 30_000 }, () => {
  it('writes ahead, waits for the disk, and never makes the process wait for a lock', () => {
    const database = open(file());
    sqliteStore(database);
    expect([
      pragma(database, 'journal_mode'),
      pragma(database, 'synchronous'),
      pragma(database, 'busy_timeout'),
    ]).toEqual(['wal', 2, 0]);
  });

  it('may be of better-sqlite3', async () => {
    // A rule begins 200 operations at once, and each waits for the disk.
    const store = sqliteStore(asBetterSqlite(open(file())), { timeoutMs: 20_000 });
    for (const { run } of STORE_CONTRACT) await run({ store });
  });

  it('may be of node:sqlite, where there is one', async ({ skip }) => {
    const require = createRequire(import.meta.url);
    let sqlite: { DatabaseSync: typeof DatabaseSync } | undefined;
    try {
      sqlite = require('node:sqlite') as { DatabaseSync: typeof DatabaseSync };
    } catch {
      skip('this version of Node has no node:sqlite');
    }
    const database = new (sqlite as { DatabaseSync: typeof DatabaseSync }).DatabaseSync(file());
    const store = sqliteStore(database, { timeoutMs: 20_000 });
    for (const { run } of STORE_CONTRACT) await run({ store });
    database.close();
  });

  it('finds what another one wrote', async () => {
    const path = file();
    const first = open(path);
    await sqliteStore(first).claim('a', 3_600_000);
    first.close();
    expect(await sqliteStore(open(path)).claim('a', 1000)).toBe(false);
  });

  it.each<[string, () => unknown]>([
    ['in memory', () => open(':memory:')],
    ['closed', () => (open(file()).close(), {})],
    ['read-only', () => new DatabaseSync(readable(), { readOnly: true })],
    ['of no database', () => notADatabase()],
    ['nothing', () => undefined],
    ['a path', () => 'store.db'],
  ])('is refused at start-up: %s', (_, handle) => {
    expect(() => sqliteStore(handle() as SqliteHandle)).toThrow(
      expect.objectContaining({ constructor: ConfigurationError, variable: 'handle' }) as Error,
    );
  });

  it('lets SQLite wait for another process while the tables are created, and at no other time', () => {
    const database = open(file());
    const timeouts: unknown[] = [];
    sqliteStore({
      exec(sql) {
        if (sql.startsWith('CREATE TABLE')) timeouts.push(pragma(database, 'busy_timeout'));
        database.exec(sql);
      },
      prepare: (sql) => database.prepare(sql),
    });
    expect(timeouts).toEqual([10_000, 10_000, 10_000]);
    expect(pragma(database, 'busy_timeout')).toBe(0);
  });

  it.each([
    'ALTER TABLE attestkit_records DROP COLUMN format',
    'ALTER TABLE attestkit_counters ADD COLUMN more INTEGER',
    'ALTER TABLE attestkit_records RENAME COLUMN version TO other',
  ])('is refused after %j', (change) => {
    const path = file();
    const database = open(path);
    sqliteStore(database);
    database.exec(change);
    expect(() => sqliteStore(open(path))).toThrow(/tables of another format/);
  });

  const ofVersion = (version: string): SqliteHandle => {
    const database = open(file());
    return {
      exec: (sql) => database.exec(sql),
      prepare: (sql) => database.prepare(sql.replace('sqlite_version()', `'${version}'`)),
    };
  };

  it.each(['3', '3.36.0', '3.9.2', '2.8.17'])('is refused when it is of SQLite %s', (version) => {
    expect(() => sqliteStore(ofVersion(version))).toThrow(/old SQLite/);
  });

  it.each(['3.37.0', '4.0.0'])('is used when it is of SQLite %s', (version) => {
    expect(() => sqliteStore(ofVersion(version))).not.toThrow();
  });

  it.each([{ timeoutMs: 0 }, { maxInFlight: -1 }, { table: 'x' }])(
    'takes no options such as %j',
    (options) => {
      expect(() => sqliteStore(open(file()), options)).toThrow(ConfigurationError);
    },
  );

  it('that is closed rejects', async () => {
    const database = open(file());
    const store = sqliteStore(database);
    database.close();
    await expect(store.claim('a', 1)).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' });
    await expect(store.get('a')).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' });
  });

  it.each(['node:sqlite', 'better-sqlite3'])(
    'in a transaction of the application rejects (%s)',
    async (kind) => {
      const database = open(file());
      const store = sqliteStore(kind === 'node:sqlite' ? database : asBetterSqlite(database));
      database.exec('BEGIN');
      await expect(store.claim('a', 3_600_000)).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' });
      database.exec('ROLLBACK');
      expect(await store.claim('a', 3_600_000)).toBe(true);
    },
  );
});

describe('a lock of another process', () => {
  it('is waited for without the process standing still, then rejects as busy', async () => {
    const path = file();
    const store = sqliteStore(open(path), { timeoutMs: 300 });
    const other = open(path);
    other.exec('BEGIN IMMEDIATE');
    let stoodStill = true;
    setImmediate(() => (stoodStill = false));
    const attempts = Array.from({ length: 20 }, (_, index) => store.claim(`a${index}`, 1000));
    const outcomes = await Promise.allSettled(attempts);
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({
        reason: { code: 'ERR_STORE_BUSY', stage: 'unavailable', retryAfter: 1 },
      });
    expect(stoodStill).toBe(false);
    expect(await store.get('a')).toBeUndefined();
    other.exec('ROLLBACK');
    expect(await store.claim('a0', 1000)).toBe(true);
  });

  it('that ends in time is nobody’s loss', async () => {
    const path = file();
    const store = sqliteStore(asBetterSqlite(open(path)), { timeoutMs: 30_000 });
    const other = open(path);
    other.exec('BEGIN IMMEDIATE');
    const claims = [store.claim('a', 1000), store.claim('a', 1000), store.claim('b', 1000)];
    setTimeout(() => other.exec('COMMIT'), 50);
    expect(await Promise.all(claims)).toEqual([true, false, true]);
  });

  it('never lets a write begin after its deadline', async () => {
    const path = file();
    const store = sqliteStore(open(path), { timeoutMs: 60 });
    const other = open(path);
    other.exec('BEGIN IMMEDIATE');
    await expect(store.claim('a', 3_600_000)).rejects.toMatchObject({ stage: 'unavailable' });
    other.exec('COMMIT');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(count(other, 'attestkit_claims')).toBe(0);
  });
});

describe('kill -9', { timeout: 60_000 }, () => {
  it('of a process in the middle of its writes loses nothing that was acknowledged', async () => {
    const path = file();
    sqliteStore(open(path));
    for (let again = 0; again < 3; again += 1) {
      const own = `writer${again}`;
      const writer = await startCompetitor('sqlite', path, '');
      let said = '';
      writer.process.stdout?.on('data', (text) => {
        said += text;
      });
      void writer.ask('write', { own }).catch(() => undefined);
      await until(() => said.length > 2000 * (again + 1));
      writer.process.kill('SIGKILL');
      await once(writer.process, 'close');
      const store = sqliteStore(open(path));
      const lines = said.split('\n').slice(0, -1);
      const acknowledged = (kind: string): string[] =>
        lines.filter((line) => line.startsWith(`${kind} `)).map((line) => line.slice(kind.length + 1));
      expect(acknowledged('claim').length).toBeGreaterThan(20);
      for (const key of acknowledged('claim')) expect(await store.claim(key, 1)).toBe(false);
      for (const key of acknowledged('put')) expect((await store.get(key))?.value).toBe(key);
      const highest = Number(acknowledged('advance').at(-1));
      expect(await store.advance(own, highest)).toBe(false);
    }
  });
});

describe('many that start at once', { timeout: 60_000 }, () => {
  it('all find the tables', async () => {
    const path = file();
    const started = Array.from({ length: 6 }, () => startCompetitor('sqlite', path, ''));
    const processes = await Promise.all(started);
    onTestFinished(() => processes.forEach(({ process }) => process.kill('SIGKILL')));
    const granted = await Promise.all(processes.map((each) => each.ask('claim', { key: 'a', count: 1 })));
    expect(granted.toSorted()).toEqual([0, 0, 0, 0, 0, 1]);
  });
});

function readable(): string {
  const path = file();
  open(path).exec('CREATE TABLE t (a)');
  return path;
}

function notADatabase(): DatabaseSyncInstance {
  const path = file();
  execFileSync('sh', ['-c', 'head -c 8192 /dev/zero | tr "\\0" x > "$1"', 'sh', path]);
  return open(path);
}
