import { setTimeout as pause } from 'node:timers/promises';
import { AttestationError, ConfigurationError } from '../kernel/errors.js';
import { assertOptions } from '../kernel/options.js';
import type { AdvanceOptions, Store, Versioned } from '../ports/store.js';
import { STORE_CHECKS as CHECKS } from './checks.js';
import { DEADLINE_OPTIONS, timeoutOf, withDeadline, type DeadlineOptions } from './deadline.js';
import { isLocked } from './failure.js';
import { randomVersion } from './random-version.js';
import type { SqliteHandle, SqliteStatement, SqliteValue } from './sqlite-handle.js';
import { prepareSqlite, type SqliteStatements } from './sqlite-statements.js';
import { strictStore } from './strict-store.js';

export type { DeadlineOptions } from './deadline.js';
export type { SqliteHandle, SqliteStatement, SqliteValue } from './sqlite-handle.js';

/**
 * A store in one SQLite file (3.42 or later), for one machine: any number of its processes may open it. The tables are
 * created where they are missing.
 *
 * The handle is for the store alone: in a transaction of the application's a claim could be rolled back that was
 * granted. It is set to WAL and `synchronous = FULL`, so what is acknowledged is on the disk and outlives `kill -9` and a
 * power cut; the process waits for the disk with each write. While another process writes, operations are tried again
 * until `timeoutMs` and then reject with ERR_STORE_BUSY; meanwhile the process serves others. Rows that have ended are
 * removed by later writes, some at a time.
 *
 * The file has to be on a local file system, and must not be replaced or removed under a running process.
 *
 * @throws ConfigurationError naming the option, or saying why the handle will not do
 */
export function sqliteStore(handle: SqliteHandle, options: DeadlineOptions = {}): Store {
  assertOptions(options, DEADLINE_OPTIONS, 'sqliteStore');
  if (typeof handle?.prepare !== 'function') {
    const remedy = 'Give a DatabaseSync of node:sqlite, or a Database of better-sqlite3.';
    throw new ConfigurationError('handle', 'is not one of SQLite', remedy);
  }
  const timeoutMs = timeoutOf(options);
  return strictStore(withDeadline(new SqliteStore(handle, timeoutMs), options));
}

/** Writes between two sweeps; each sweep removes more than that. */
const WRITES_PER_SWEEP = 20;

/** Between two attempts at a lock. */
const LONGEST_PAUSE_MS = 20;

type Table = keyof SqliteStatements['sweep'];

class SqliteStore implements Store {
  readonly #handle: SqliteHandle;
  readonly #statements: SqliteStatements;
  readonly #timeoutMs: number;
  readonly #writes: Record<Table, number> = { claims: 0, counters: 0, records: 0 };
  #last: Promise<unknown> = Promise.resolve();

  constructor(handle: SqliteHandle, timeoutMs: number) {
    this.#handle = handle;
    this.#statements = prepareSqlite(handle);
    this.#timeoutMs = timeoutMs;
  }

  claim(key: string, ttlMs: number): Promise<boolean> {
    return this.#write('claims', this.#statements.claim, [key, ttlMs]);
  }

  advance(key: string, value: number, { ttlMs }: AdvanceOptions = {}): Promise<boolean> {
    return this.#write('counters', this.#statements.advance, [key, value, ttlMs ?? null]);
  }

  get(key: string): Promise<Versioned | undefined> {
    return this.#inTurn(() => {
      const row = this.#statements.get.get(key) as Versioned | undefined;
      return row && { value: row.value, version: row.version };
    });
  }

  put(key: string, value: string, expected: string | undefined, ttlMs?: number): Promise<boolean> {
    const { create, replace } = this.#statements;
    const values = [value, randomVersion(), ttlMs ?? null];
    return expected === undefined
      ? this.#write('records', create, [key, ...values])
      : this.#write('records', replace, [...values, key, expected]);
  }

  delete(key: string, expected: string): Promise<boolean> {
    return this.#write('records', this.#statements.delete, [key, expected]);
  }

  /** @returns whether the statement wrote a row */
  #write(table: Table, statement: SqliteStatement, values: readonly SqliteValue[]): Promise<boolean> {
    return this.#inTurn(() => {
      const { changes } = statement.run(...values);
      this.#writes[table] += 1;
      if (this.#writes[table] % WRITES_PER_SWEEP === 0) this.#sweep(table);
      return Number(changes) === 1;
    });
  }

  #sweep(table: Table): void {
    try {
      this.#statements.sweep[table].run();
    } catch {
      // What it leaves is removed by a later one; the write before it stands.
    }
  }

  /** One operation after the other, so that those which wait for the lock try it once and not each for itself. */
  #inTurn<T>(operation: () => T): Promise<T> {
    const until = performance.now() + this.#timeoutMs;
    const done = this.#last.then(() => this.#whenFree(operation, until));
    this.#last = done.catch(() => undefined);
    return done;
  }

  /**
   * Tries until the lock is free. Not left to SQLite's busy handler: that one sleeps, and the whole process with it.
   * Nothing begins after the deadline, so what timed out while it waited has not taken place.
   */
  async #whenFree<T>(operation: () => T, until: number): Promise<T> {
    for (let waitMs = 1; performance.now() < until; waitMs = Math.min(2 * waitMs, LONGEST_PAUSE_MS)) {
      if (this.#handle.isTransaction === true || this.#handle.inTransaction === true)
        throw new Error('the handle is in a transaction of somebody else');
      try {
        return operation();
      } catch (error) {
        if (!isLocked(error)) throw error;
      }
      // Half as long again at most: gives up before the deadline does, which could not say why.
      if (performance.now() + 2 * LONGEST_PAUSE_MS >= until) break;
      await pause(waitMs * (0.5 + Math.random()));
    }
    throw new AttestationError(CHECKS.free, { retryAfter: 1 });
  }
}
