import { describe, expect, it } from 'vitest';
import type { SqliteStatement } from '../../src/stores/sqlite/handle.js';
import { sqliteStore } from '../../src/stores/sqlite/index.js';
import { count, file, open, pragma } from './support/sqlite.js';

describe('a full disk', () => {
  it('rejects as full, and keeps what there is', async () => {
    const database = open(file());
    const store = sqliteStore(database);
    await store.claim('a', 3_600_000);
    database.exec(`PRAGMA max_page_count = ${String(pragma(database, 'page_count'))}`);
    const fill = async (): Promise<void> => {
      for (let index = 0; index < 1000; index += 1)
        await store.put(`r${index}`, 'x'.repeat(50_000), undefined);
    };
    await expect(fill()).rejects.toMatchObject({ code: 'ERR_STORE_FULL' });
    const advance = async (): Promise<void> => {
      for (let index = 0; index < 1000; index += 1) await store.advance(`${index}`.padStart(200, 'c'), 1);
    };
    await expect(advance()).rejects.toMatchObject({ code: 'ERR_STORE_FULL' });
    expect(await store.claim('a', 1)).toBe(false);
  });
});

describe('what has ended', () => {
  it('is removed by later writes', async () => {
    const database = open(file());
    const store = sqliteStore(database);
    for (let index = 0; index < 60; index += 1) {
      await store.claim(`short${index}`, 1);
      await store.advance(`short${index}`, 1, { ttlMs: 1 });
      await store.put(`short${index}`, 'one', undefined, 1);
    }
    await store.advance('stays', 1);
    await store.put('stays', 'one', undefined);
    await new Promise((resolve) => setTimeout(resolve, 5));
    for (let index = 0; index < 40; index += 1) {
      await store.claim(`long${index}`, 30_000);
      await store.advance(`long${index}`, 1, { ttlMs: 30_000 });
      await store.put(`long${index}`, 'one', undefined, 30_000);
    }
    const live = `WHERE expires_at IS NULL OR expires_at > unixepoch('subsec') * 1000`;
    for (const [table, rows] of Object.entries({ claims: 40, counters: 41, records: 41 })) {
      expect(count(database, `attestkit_${table} ${live}`)).toBe(rows);
      expect(count(database, `attestkit_${table}`)).toBe(rows);
    }
    expect(await store.advance('stays', 1)).toBe(false);
    expect((await store.get('stays'))?.value).toBe('one');
  });

  it('is looked for with each 20th write of its kind', async () => {
    const database = open(file());
    const swept: string[] = [];
    const store = sqliteStore({
      exec: (sql) => database.exec(sql),
      prepare(sql): SqliteStatement {
        const statement = database.prepare(sql);
        const table = /^DELETE FROM attestkit_(\w+) WHERE key IN/.exec(sql)?.[1];
        return {
          get: (...values) => statement.get(...values),
          run(...values) {
            if (table !== undefined) swept.push(table);
            return statement.run(...values);
          },
        };
      },
    });
    const write = async (index: number): Promise<void> => {
      await store.claim(`a${index}`, 1000);
      await store.advance('a', index + 1);
      await store.put(`a${index}`, 'one', undefined);
    };
    for (let index = 0; index < 19; index += 1) await write(index);
    expect(swept).toEqual([]);
    await write(19);
    expect(swept).toEqual(['claims', 'counters', 'records']);
    // Records that are replaced or deleted count too.
    for (let index = 0; index < 18; index += 1)
      await store.put('a0', 'two', (await store.get('a0'))?.version);
    for (const key of ['a0', 'a1']) await store.delete(key, (await store.get(key))?.version ?? '');
    expect(swept).toEqual(['claims', 'counters', 'records', 'records']);
  });

  it('that cannot be removed is no failure of the write before', async () => {
    const database = open(file());
    const store = sqliteStore(database);
    database.exec(`CREATE TRIGGER no BEFORE DELETE ON attestkit_claims BEGIN SELECT RAISE(ABORT, 'no'); END`);
    for (let index = 0; index < 50; index += 1) expect(await store.claim(`a${index}`, 1)).toBe(true);
  });
});

it('a counter that cannot be read leaves no transaction open', async () => {
  const database = open(file());
  const store = sqliteStore(database);
  await store.advance('a', 1);
  database.exec(`UPDATE attestkit_counters SET value = '2' || substr(value, 2)`);
  await expect(store.advance('a', 2)).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' });
  expect(database.isTransaction).toBe(false);
  expect(await store.claim('a', 1000)).toBe(true);
});
