import { describe, expect, it } from 'vitest';
import { AttestationError, ConfigurationError } from '../../src/kernel/errors.js';
import { STORE_CHECKS } from '../../src/stores/checks.js';
import { withDeadline } from '../../src/stores/deadline.js';
import { isLocked, isMistake, storeFailure } from '../../src/stores/failure.js';
import { memoryStore } from '../../src/stores/memory.js';

const coded = (code: string): Error => Object.assign(new Error('of a driver'), { code });

describe('what a driver throws', () => {
  it.each(['42501', '42883', '42703', '42P01'])('is a mistake of PostgreSQL’s set-up: %s', (code) => {
    expect(isMistake(coded(code))).toBe(true);
    expect(isMistake(storeFailure(coded(code)))).toBe(true);
  });

  it.each(['ERR', 'NOPERM', 'WRONGTYPE'])('is a mistake of Redis’ set-up: %s', (word) => {
    expect(isMistake(Object.assign(new Error(`${word} of a command`), { name: 'ReplyError' }))).toBe(true);
  });

  it('is a mistake where the client lacks a method, and none where the server is gone', () => {
    expect(isMistake(new TypeError('client.eval is not a function'))).toBe(true);
    for (const error of [coded('ECONNREFUSED'), coded('57P01'), new Error('x'), 'text', undefined])
      expect(isMistake(error)).toBe(false);
  });

  it('is a lock of SQLite', () => {
    expect(
      ['SQLITE_BUSY', 'SQLITE_LOCKED', 'SQLITE_FULL', 'XSQLITE_BUSY'].map((code) => isLocked(coded(code))),
    ).toEqual([true, true, false, false]);
  });

  it('is told once, and a configuration error is kept as the cause', () => {
    const known = new AttestationError(STORE_CHECKS.room);
    expect(storeFailure(known)).toBe(known);
    const cause = new ConfigurationError('store', 'is wrong', 'Mend it.');
    expect(storeFailure(cause)).toMatchObject({ code: 'ERR_STORE_UNAVAILABLE', cause });
    expect(storeFailure(coded('ECONNREFUSED'))).toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' });
    expect(storeFailure(coded('SQLITE_FULL'))).toMatchObject({ code: 'ERR_STORE_FULL' });
  });
});

it('a store with a deadline has the check of the store that it bounds, and no other', async () => {
  const { claim, advance, get, put, delete: remove } = memoryStore();
  const bare = { claim, advance, get, put, delete: remove };
  expect(withDeadline(bare)).not.toHaveProperty('check');
  const checked = { ...bare, check: async () => undefined };
  expect(withDeadline(checked)).toHaveProperty('check');
});
