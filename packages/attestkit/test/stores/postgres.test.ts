import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/kernel/errors.js';
import type { Store } from '../../src/ports/store.js';
import { COLUMNS } from '../../src/stores/postgres/schema.js';
import { postgresMigration, postgresStore, type PostgresPool } from '../../src/stores/postgres/index.js';

const SERVER = {
  standby: false,
  commit: 'on',
  fsync: 'on',
  isolation: 'read committed',
  began: '1.000001',
  columns: COLUMNS,
};

/** The questions about the server. */
const QUESTIONS = 2;

/** A pool that answers the questions about the server, and every other statement with the rows given. */
function fake(server: object, rows: readonly object[] = []) {
  const asked: { readonly text: string; readonly values: unknown[] }[] = [];
  const pool: PostgresPool = {
    async query(text, values) {
      asked.push({ text, values });
      if (text.includes('synchronous_commit')) return { rows: [server] };
      return { rows: text.includes('AS began') ? [{ began: '1.000002' }] : rows };
    },
  };
  return { pool, asked };
}

describe('statements', () => {
  it('have no names unless they are wanted', async () => {
    const { pool, asked } = fake(SERVER, [{}]);
    await postgresStore(pool).claim('a', 1);
    for (const each of asked) expect(typeof each.text).toBe('string');
  });

  it('have names that differ with the text, if they are wanted; those about the server have none', async () => {
    const sent: { readonly name: string; readonly text: string; readonly values: unknown[] }[] = [];
    const { pool, asked } = fake(SERVER, [{ standby: false, format: null }]);
    const both = {
      query: (text: unknown, values: unknown[]) => {
        if (typeof text === 'string') return pool.query(text, values);
        sent.push(text as (typeof sent)[number]);
        return pool.query((text as (typeof sent)[number]).text, (text as (typeof sent)[number]).values);
      },
    } as PostgresPool;
    for (const schema of ['one', 'two']) {
      const store = postgresStore(both, { schema, namedStatements: true });
      await store.get('a');
      await store.get('b');
      await store.claim('a', 5);
    }
    expect(asked).toHaveLength(sent.length + 2 * QUESTIONS);
    expect(sent.map(({ values }) => values)).toEqual([['a'], ['b'], ['a', 5], ['a'], ['b'], ['a', 5]]);
    expect(new Set(sent.map(({ name, text }) => `${name} ${text}`)).size).toBe(4);
    expect(new Set(sent.map(({ name }) => name)).size).toBe(4);
    // PostgreSQL cuts names off after 63 bytes.
    for (const { name } of sent) expect(name).toMatch(/^attestkit_[\w-]{22}$/);
  });

  it('a wrong option fails at start-up', () => {
    const wrong = { namedStatements: 'yes' } as unknown as { namedStatements: boolean };
    expect(() => postgresStore(fake(SERVER).pool, wrong)).toThrow(/namedStatements/);
  });
});

describe('the server', () => {
  it('is asked once, before the first operation', async () => {
    const { pool, asked } = fake(SERVER, [{}]);
    const store = postgresStore(pool);
    expect(asked).toEqual([]);
    await Promise.all([store.claim('a', 1), store.claim('b', 1)]);
    expect(asked).toHaveLength(QUESTIONS + 2);
  });

  it.each<[object, string]>([
    [{ standby: true }, 'pool'],
    [{ standby: undefined }, 'pool'],
    [{ commit: 'off' }, 'synchronous_commit'],
    [{ fsync: 'off' }, 'fsync'],
    [{ isolation: 'serializable' }, 'default_transaction_isolation'],
    [{ isolation: 'repeatable read' }, 'default_transaction_isolation'],
    [{ columns: null }, 'schema'],
    [{ columns: 'claims.expires_at claims.key' }, 'schema'],
    [{ columns: `${COLUMNS} records.other` }, 'schema'],
    [{ began: '1.000002' }, 'pool'],
  ])('that is %j is not used', async (fault, variable) => {
    const { pool, asked } = fake({ ...SERVER, ...fault });
    const store = postgresStore(pool);
    const remedy: unknown = expect.any(String);
    await expect(store.check()).rejects.toMatchObject({ constructor: ConfigurationError, variable, remedy });
    await expect(store.claim('a', 1)).rejects.toMatchObject({
      code: 'ERR_STORE_UNAVAILABLE',
      cause: { variable },
    });
    expect(asked).toHaveLength(2 * QUESTIONS);
  });

  it('that answers nothing is not used', async () => {
    const pool: PostgresPool = { query: async () => ({ rows: [] }) };
    await expect(postgresStore(pool).check()).rejects.toThrow(ConfigurationError);
  });

  it('that has become a standby reads nothing, not even that there is nothing', async () => {
    for (const rows of [
      [{ standby: true, format: 1, value: 'old', version: 'v' }],
      [{ standby: true, format: null, value: null }],
      [{ standby: false }],
      [{ standby: false, format: 2, value: 'one', version: 'v' }],
      [{ standby: false, format: '2', value: 'one', version: 'v' }],
      [{ standby: false, format: 1, value: null, version: 'v' }],
      [{ standby: false, format: 1, value: 'one', version: null }],
      [],
      [{}],
    ])
      await expect(postgresStore(fake(SERVER, rows).pool).get('a')).rejects.toMatchObject({
        stage: 'unavailable',
      });
  });
});

describe('rows that have ended', () => {
  /** A pool of which each statement that removes such rows ends when the test says, and what it removes from. */
  function sweeping() {
    const swept: string[] = [];
    const ends: (() => void)[] = [];
    const { pool } = fake(SERVER, [{}]);
    const query: PostgresPool['query'] = (text, values) => {
      const table = /^DELETE FROM "attestkit"\.(\w+) WHERE expires_at/.exec(text)?.[1];
      if (table === undefined) return pool.query(text, values);
      swept.push(table);
      return new Promise((resolve) => ends.push(() => resolve({ rows: [] })));
    };
    return { store: postgresStore({ query }), swept, ends };
  }

  const WRITES: readonly (readonly [string, (store: Store, index: number) => Promise<unknown>])[] = [
    ['claims', (store) => store.claim('a', 1)],
    ['counters', (store, index) => store.advance('a', index + 1)],
    ['records', (store) => store.put('a', '', undefined)],
  ];
  it.each(WRITES)('are removed from %s with each 20th write', async (table, write) => {
    const { store, swept, ends } = sweeping();
    for (let index = 0; index < 19; index += 1) await write(store, index);
    expect(swept).toEqual([]);
    await write(store, 19);
    expect(swept).toEqual([table]);
    // Not while that is under way.
    for (let index = 20; index < 50; index += 1) await write(store, index);
    expect(swept).toEqual([table]);
    ends[0]?.();
    for (let index = 50; index < 60; index += 1) await write(store, index);
    expect(swept).toEqual([table, table]);
  });
});

describe('a statement', () => {
  it('is one for each operation, and has what the caller gave as parameters only', async () => {
    const { pool, asked } = fake(SERVER, [{ standby: false, format: null }]);
    const store = postgresStore(pool, { schema: 'own' });
    const key = `';DROP/**/TABLE`;
    await store.claim(key, 1);
    await store.advance(key, 1, { window: 64 });
    await store.get(key);
    await store.put(key, key, undefined);
    await store.put(key, key, 'version');
    await store.delete(key, 'version');
    expect(asked).toHaveLength(QUESTIONS + 6);
    for (const { text, values } of asked.slice(QUESTIONS)) {
      expect(text).not.toContain('DROP');
      expect(text).not.toContain(';');
      expect(text).toContain('"own".');
      expect(values[0]).toBe(key);
    }
  });

  it('of a counter says which values may be used late, and how long the counter lives', async () => {
    const { pool, asked } = fake(SERVER, [{}]);
    const store = postgresStore(pool);
    await store.advance('a', 5);
    await store.advance('a', 6, { window: 64, ttlMs: 1000 });
    expect(asked.slice(QUESTIONS).map(({ values }) => values)).toEqual([
      ['a', 5, null, 0],
      ['a', 6, 1000, 64],
    ]);
  });

  it.each(['', 'Own', 'a b', 'a"', 'a;', 'a'.repeat(64), '1a', 5])('has no schema such as %j', (schema) => {
    const options = { schema: schema as string };
    const refused = expect.objectContaining({ constructor: ConfigurationError, variable: 'schema' }) as Error;
    expect(() => postgresStore(fake(SERVER).pool, options)).toThrow(refused);
    expect(() => postgresMigration(options)).toThrow(refused);
  });

  it.each([undefined, {}, 'postgres://localhost', new Client()])('needs a pool, and not %#', (pool) => {
    expect(() => postgresStore(pool as never)).toThrow(
      expect.objectContaining({ constructor: ConfigurationError, variable: 'pool' }) as Error,
    );
  });
});
