import { describe, expect, it, vi } from 'vitest';
import { AttestationError, ConfigurationError } from '../../src/kernel/errors.js';
import type { Store } from '../../src/ports/store.js';
import { withDeadline } from '../../src/stores/deadline.js';
import { memoryStore } from '../../src/stores/memory.js';

const never = new Promise<never>(() => undefined);

/** A store whose `get` does what the test says. */
function storeThat(get: Store['get']): Store {
  return { ...memoryStore(), get };
}

async function codeOf(operation: Promise<unknown>): Promise<string> {
  const error: unknown = await operation.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof AttestationError && error.stage === 'unavailable'
    ? error.code
    : `no: ${String(error)}`;
}

describe('the deadline', () => {
  it('lets every operation pass, with its arguments and its result', async () => {
    const store = withDeadline(memoryStore());
    expect(await store.claim('a', 1000)).toBe(true);
    expect(await store.claim('a', 1000)).toBe(false);
    expect(await store.advance('b', 2, { ttlMs: 1000 })).toBe(true);
    expect(await store.put('c', 'one', undefined, 1000)).toBe(true);
    const found = await store.get('c');
    expect(await store.put('c', 'two', found?.version)).toBe(true);
    expect(await store.delete('c', found?.version ?? '')).toBe(false);
    expect(await store.delete('c', (await store.get('c'))?.version ?? '')).toBe(true);
    expect(await store.get('c')).toBeUndefined();
  });

  it.each(['claim', 'advance', 'get', 'put', 'delete'] as const)(
    'ends a %s that has no end',
    async (name) => {
      const inner = { ...memoryStore(), [name]: () => never };
      const store = withDeadline(inner, { timeoutMs: 20 });
      const operations = {
        claim: () => store.claim('a', 1),
        advance: () => store.advance('a', 1),
        get: () => store.get('a'),
        put: () => store.put('a', '', undefined),
        delete: () => store.delete('a', 'v'),
      };
      expect(await codeOf(operations[name]())).toBe('ERR_STORE_TIMEOUT');
    },
  );

  it('leaves no timer behind', async () => {
    vi.useFakeTimers();
    try {
      const store = withDeadline(storeThat(async () => undefined));
      await store.get('a');
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('rejects at once what is over the cap, and begins nothing', async () => {
    const get = vi.fn<Store['get']>(() => never);
    const store = withDeadline(storeThat(get), { timeoutMs: 50, maxInFlight: 3 });
    const waiting = Array.from({ length: 3 }, () => codeOf(store.get('a')));
    expect(await codeOf(store.get('a'))).toBe('ERR_STORE_BUSY');
    expect(await codeOf(store.claim('a', 1))).toBe('ERR_STORE_BUSY');
    // The client may come again in a second.
    await expect(store.get('a')).rejects.toMatchObject({ retryAfter: 1 });
    expect(get).toHaveBeenCalledTimes(3);
    expect(await Promise.all(waiting)).toEqual(Array(3).fill('ERR_STORE_TIMEOUT'));
  });

  it('counts what timed out until the driver gives it up, and then serves again', async () => {
    const ends: (() => void)[] = [];
    const get = vi.fn<Store['get']>(
      () => new Promise((_resolve, reject) => ends.push(() => reject(new Error()))),
    );
    const store = withDeadline(storeThat(get), { timeoutMs: 10, maxInFlight: 2 });
    expect(await Promise.all([codeOf(store.get('a')), codeOf(store.get('a'))])).toEqual([
      'ERR_STORE_TIMEOUT',
      'ERR_STORE_TIMEOUT',
    ]);
    for (let again = 0; again < 5; again += 1) expect(await codeOf(store.get('a'))).toBe('ERR_STORE_BUSY');
    expect(get).toHaveBeenCalledTimes(2);
    for (const end of ends) end();
    await Promise.resolve();
    get.mockImplementation(async () => ({ value: 'one', version: '1' }));
    await vi.waitFor(async () => expect(await store.get('a')).toEqual({ value: 'one', version: '1' }));
  });

  it('grants nothing that was claimed after it had passed', async () => {
    const memory = memoryStore();
    let late = (): void => undefined;
    const slow: Store = {
      ...memory,
      claim: (key, ttlMs) =>
        new Promise((resolve) => {
          late = () => void memory.claim(key, ttlMs).then(resolve);
        }),
    };
    expect(await codeOf(withDeadline(slow, { timeoutMs: 10 }).claim('a', 1000))).toBe('ERR_STORE_TIMEOUT');
    late();
    expect(await withDeadline(memory).claim('a', 1000)).toBe(false);
  });
});

describe('an error of the driver', () => {
  const secret = 'challenge/SECRET';
  const reply = (message: string, extra: object = {}): Error => Object.assign(new Error(message), extra);

  it.each<[string, unknown, string, string]>([
    ['of the system', reply(secret, { code: 'ECONNREFUSED' }), 'ERR_STORE_UNAVAILABLE', 'ECONNREFUSED'],
    ['of SQL', reply(secret, { code: '42P01' }), 'ERR_STORE_UNAVAILABLE', '42P01'],
    ['of Redis', reply(`READONLY You ${secret}`), 'ERR_STORE_UNAVAILABLE', 'READONLY'],
    [
      'of SQLite',
      reply(secret, { code: 'ERR_SQLITE_ERROR', errcode: 1032 }),
      'ERR_STORE_UNAVAILABLE',
      'SQLite error 8',
    ],
    ['with no code', new RangeError(secret), 'ERR_STORE_UNAVAILABLE', 'RangeError'],
    ['that is none', secret, 'ERR_STORE_UNAVAILABLE', 'not an error'],
    [
      'that nobody has a name for',
      reply(`${secret} `, { code: `${secret} ` }),
      'ERR_STORE_UNAVAILABLE',
      'Error',
    ],
    ['with a number for a code', reply(secret, { code: 5 }), 'ERR_STORE_UNAVAILABLE', 'Error'],
    [
      'with a code of 64 letters',
      reply(secret, { code: 'A'.repeat(64) }),
      'ERR_STORE_UNAVAILABLE',
      'A'.repeat(64),
    ],
    ['with one more', reply(secret, { code: 'A'.repeat(65) }), 'ERR_STORE_UNAVAILABLE', 'Error'],
    ['a full disk, PostgreSQL', reply(secret, { code: '53100' }), 'ERR_STORE_FULL', '53100'],
    ['a full disk, node:sqlite', reply(secret, { errcode: 13 }), 'ERR_STORE_FULL', 'SQLite error 13'],
    ['a full disk, better-sqlite3', reply(secret, { code: 'SQLITE_FULL' }), 'ERR_STORE_FULL', 'SQLITE_FULL'],
    ['no memory, Redis', reply(`OOM command ${secret}`), 'ERR_STORE_FULL', 'OOM'],
    [
      'no memory, in a script of Redis 6',
      reply(
        'ERR Error running script (call to f_1): @user_script:2: @user_script: 2: -OOM command not allowed',
      ),
      'ERR_STORE_FULL',
      'OOM',
    ],
  ])('(%s) is unavailable, and quotes nothing', async (_, thrown, code, said) => {
    for (const get of [() => Promise.reject(thrown), () => raise(thrown)] as Store['get'][]) {
      const error = await withDeadline(storeThat(get))
        .get('a')
        .catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        code,
        stage: 'unavailable',
        cause: { message: `the store failed (${said})` },
      });
      expect(JSON.stringify([error, (error as Error).cause, String((error as Error).cause)])).not.toContain(
        'SECRET',
      );
    }
  });

  it('stays what it is where it is one of the library', async () => {
    const full = memoryStore({ capacity: 1 });
    await full.claim('a', 1000);
    expect(await codeOf(withDeadline(full).claim('b', 1000))).toBe('ERR_STORE_FULL');
  });
});

describe('options', () => {
  it.each<[object, string]>([
    [{ timeoutMs: 0 }, 'timeoutMs'],
    [{ timeoutMs: Infinity }, 'timeoutMs'],
    [{ timeoutMs: NaN }, 'timeoutMs'],
    [{ timeoutMs: 60_001 }, 'timeoutMs'],
    [{ timeoutMs: '2000' }, 'timeoutMs'],
    [{ maxInFlight: 0 }, 'maxInFlight'],
    [{ maxInFlight: 1.5 }, 'maxInFlight'],
    [{ maxInFlight: Infinity }, 'maxInFlight'],
    [{ maxInFlight: 65_537 }, 'maxInFlight'],
    [{ maxInflight: 1 }, 'maxInflight'],
  ])('%j are refused', (options, variable) => {
    expect(() => withDeadline(memoryStore(), options)).toThrow(
      expect.objectContaining({ constructor: ConfigurationError, variable }) as Error,
    );
  });
});

describe('the least and the most', () => {
  it.each([
    { timeoutMs: 1, maxInFlight: 1 },
    { timeoutMs: 60_000, maxInFlight: 65_536 },
  ])('%j are taken', (options) => {
    expect(() => withDeadline(memoryStore(), options)).not.toThrow();
  });
});

function raise(thrown: unknown): never {
  throw thrown;
}
