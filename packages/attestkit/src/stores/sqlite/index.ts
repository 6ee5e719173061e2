import { setTimeout as pause } from 'node:timers/promises';
import { AttestationError, ConfigurationError } from '../../kernel/errors.js';
import { assertOptions } from '../../kernel/config/options.js';
import type { AdvanceOptions, Store, Versioned } from '../../ports/store.js';
import { STORE_CHECKS as CHECKS } from '../checks.js';
import { readCounter, useValue, writeCounter, type CounterWindow } from '../counter-window.js';
import { DEADLINE_OPTIONS, timeoutOf, type DeadlineOptions } from '../boundary.js';
import { withDeadline } from '../deadline.js';
import { isLocked } from '../failure.js';
import { LocalClock } from '../local-clock.js';
import { randomVersion } from '../random-version.js';
import type { CheckedStore } from '../remote-store.js';
import type { SqliteHandle, SqliteStatement, SqliteValue } from './handle.js';
import { FORMAT, prepareSqlite, type SqliteStatements } from './statements.js';
import { strictStore } from '../strict-store.js';
import { tryOperations, type TrialRemedy } from '../trial.js';

export type { DeadlineOptions } from '../boundary.js';
export type { CheckedStore } from '../remote-store.js';
export type { SqliteHandle } from './handle.js';

/**
 * A store in one SQLite file (3.37 or later), for one machine: any number of its processes may open it. The tables are
 * created if they are missing.
 *
 * The handle is for the store alone: a transaction of the application could roll back a claim that was
 * granted. It is set to WAL and `synchronous = FULL`, so an acknowledged write is on the disk and outlives `kill -9` and a
 * power cut; the process waits for the disk with each write. While another process writes, operations are tried again
 * until `timeoutMs` and then reject with ERR_STORE_BUSY; meanwhile the process serves others. Rows that have ended are
 * removed by later writes, some at a time.
 *
 * Times to live follow the machine's clock, but no leap of it ends anything early in a process that was running: see
 * `LocalClock`. A process that starts while the clock is ahead takes it for right.
 *
 * The file has to be on a local file system, and must not be replaced or removed under a running process.
 *
 * @throws ConfigurationError naming the option, or saying why the handle will not do
 * @example
 * const store = sqliteStore(new DatabaseSync('/var/lib/api/devices.db'));
 */
export function sqliteStore(handle: SqliteHandle, options: DeadlineOptions = {}): CheckedStore {
  assertOptions(options, DEADLINE_OPTIONS, 'sqliteStore');
  if (typeof handle?.prepare !== 'function') {
    const remedy = 'Give a DatabaseSync of node:sqlite, or a Database of better-sqlite3.';
    throw new ConfigurationError('handle', 'is not one of SQLite', remedy);
  }
  const timeoutMs = timeoutOf(options);
  const store = strictStore(withDeadline(new SqliteStore(handle, timeoutMs), options));
  return { ...store, check: () => tryOperations(store, TRIAL) };
}

const TRIAL: TrialRemedy = {
  variable: 'handle',
  remedy: 'Give a DatabaseSync of node:sqlite, or a Database of better-sqlite3, that is set up as it comes.',
};

/** Writes between two sweeps; each sweep removes more than that. */
const WRITES_PER_SWEEP = 20;

/** Between two attempts at a lock. */
const LONGEST_PAUSE_MS = 20;

type Table = keyof SqliteStatements['sweep'];

class SqliteStore implements Store {
  readonly #handle: SqliteHandle;
  readonly #statements: SqliteStatements;
  readonly #timeoutMs: number;
  readonly #clock = new LocalClock(
    () => Date.now(),
    () => performance.now(),
  );
  readonly #writes: Record<Table, number> = { claims: 0, counters: 0, records: 0 };
  #last: Promise<unknown> = Promise.resolve();

  constructor(handle: SqliteHandle, timeoutMs: number) {
    this.#handle = handle;
    this.#statements = prepareSqlite(handle);
    this.#timeoutMs = timeoutMs;
  }

  claim(key: string, ttlMs: number): Promise<boolean> {
    return this.#write('claims', this.#statements.claim, (now) => [key, this.#end(ttlMs), now]);
  }

  advance(key: string, value: number, { window = 0, ttlMs }: AdvanceOptions = {}): Promise<boolean> {
    return this.#inTurn(() => {
      const [used, wrote] = this.#transaction(() => {
        const held = this.#counter(key);
        const counter = useValue(held, value, window);
        const kept = counter ?? (ttlMs === undefined ? undefined : held);
        if (kept !== undefined) this.#statements.keep.run(key, writeCounter(kept), this.#end(ttlMs));
        return [counter !== undefined, kept !== undefined];
      });
      if (wrote) this.#written('counters');
      return used;
    });
  }

  get(key: string): Promise<Versioned | undefined> {
    return this.#inTurn(() => {
      const row = this.#statements.get.get(key, this.#clock.now());
      if (row === undefined) return undefined;
      const { format, value, version } = row as Versioned & { readonly format: unknown };
      // What is of an unknown format is not absent.
      if (Number(format) !== FORMAT) throw new AttestationError(CHECKS.available);
      return { value, version };
    });
  }

  put(key: string, value: string, expected: string | undefined, ttlMs?: number): Promise<boolean> {
    const { create, replace } = this.#statements;
    const version = randomVersion();
    return expected === undefined
      ? this.#write('records', create, (now) => [key, value, version, this.#end(ttlMs), now])
      : this.#write('records', replace, (now) => [value, version, this.#end(ttlMs), key, expected, now]);
  }

  delete(key: string, expected: string): Promise<boolean> {
    return this.#write('records', this.#statements.delete, (now) => [key, expected, now]);
  }

  /** Null is never. */
  #end(ttlMs: number | undefined): number | null {
    return ttlMs === undefined ? null : this.#clock.endAfter(ttlMs);
  }

  #counter(key: string): CounterWindow | undefined {
    const row = this.#statements.counter.get(key, this.#clock.now());
    if (row === undefined) return undefined;
    const counter = readCounter((row as { readonly value: string }).value);
    if (counter === undefined) throw new AttestationError(CHECKS.available);
    return counter;
  }

  /** @returns whether the statement wrote a row */
  #write(
    table: Table,
    statement: SqliteStatement,
    values: (now: number) => readonly SqliteValue[],
  ): Promise<boolean> {
    return this.#inTurn(() => {
      const { changes } = statement.run(...values(this.#clock.now()));
      this.#written(table);
      return Number(changes) === 1;
    });
  }

  /** Takes the lock before it reads, so that no other writer comes between. */
  #transaction(act: () => readonly [boolean, boolean]): readonly [boolean, boolean] {
    this.#handle.exec('BEGIN IMMEDIATE');
    try {
      const result = act();
      this.#handle.exec('COMMIT');
      return result;
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  #rollBack(): void {
    try {
      this.#handle.exec('ROLLBACK');
    } catch {
      // SQLite has done it already: https://www.sqlite.org/lang_transaction.html
    }
  }

  #written(table: Table): void {
    this.#writes[table] += 1;
    if (this.#writes[table] % WRITES_PER_SWEEP !== 0) return;
    try {
      this.#statements.sweep[table].run(this.#clock.now());
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
