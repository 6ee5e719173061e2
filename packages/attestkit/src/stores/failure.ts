import { AttestationError, ConfigurationError } from '../kernel/errors.js';
import { STORE_CHECKS as CHECKS } from './checks.js';

/** What the driver said, as far as it may be logged: a code or a name, never a key, a value or a message. */
class StoreFailure extends Error {
  override readonly name: string = 'StoreFailure';
}

/** Disk or memory is used up: SQLite's SQLITE_FULL, PostgreSQL's disk_full, Redis' OOM. */
const FULL: readonly string[] = ['SQLITE_FULL', 'SQLite error 13', '53100', 'OOM'];

/**
 * Makes of whatever a driver threw an error of stage `unavailable`. Drivers attach the command with its arguments,
 * and servers quote them in their messages, so of the driver's error only its code is kept as `cause`.
 */
export function storeFailure(error: unknown): AttestationError {
  if (error instanceof AttestationError) return error;
  if (error instanceof ConfigurationError) return new AttestationError(CHECKS.available, { cause: error });
  const code = driverCode(error);
  const cause = new StoreFailure(`the store failed (${code})`);
  return new AttestationError(FULL.includes(code) ? CHECKS.room : CHECKS.available, { cause });
}

/** Whether SQLite says that another connection holds the lock. */
export function isLocked(error: unknown): boolean {
  return /^(SQLITE_BUSY|SQLITE_LOCKED|SQLite error [56]$)/.test(driverCode(error));
}

/**
 * The code of a system error (`ECONNREFUSED`), of SQLite (`SQLITE_FULL`, or its number), an SQLSTATE, the first word
 * of an error reply of Redis (`READONLY`); else the name of the error's class.
 */
function driverCode(error: unknown): string {
  if (!(error instanceof Error)) return 'not an error';
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown };
  // The low byte is the primary code: https://www.sqlite.org/rescode.html
  if (typeof errcode === 'number') return `SQLite error ${errcode & 0xff}`;
  if (typeof code === 'string' && /^\w{1,64}$/.test(code)) return code;
  // One that a script met stands behind a sentence of its own, or, in older versions, behind the word ERR.
  const reply = /^(?:ERR Error running script.*?@\w+: \d+: )?-?([A-Z]{2,20})\b/.exec(error.message);
  return reply?.[1] ?? error.constructor.name;
}
