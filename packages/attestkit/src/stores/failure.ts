import { AttestationError, ConfigurationError } from '../kernel/errors.js';
import { STORE_CHECKS as CHECKS } from './checks.js';

/** What the driver said, as far as it may be logged: a code or a name, never a key, a value or a message. */
class StoreFailure extends Error {
  override readonly name: string = 'StoreFailure';
  readonly code: string;

  constructor(code: string) {
    super(`the store failed (${code})`);
    this.code = code;
  }
}

/** A command that was not answered because there is no connection, with what the driver said of the connection before. */
export class LostConnection extends Error {
  override readonly name: string = 'LostConnection';

  constructor(error: unknown, reason: unknown) {
    super('there is no connection', { cause: codeOf(error) === undefined ? reason : error });
  }
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
  const cause = new StoreFailure(code);
  return new AttestationError(FULL.includes(code) ? CHECKS.room : CHECKS.available, { cause });
}

/**
 * Whether an error is a mistake in the set-up, which waiting does not heal, and not an outage: a method that the client does not have,
 * a command or table that the server does not know, or that its user may not use.
 */
export function isMistake(error: unknown): boolean {
  const failure = error instanceof AttestationError ? error.cause : error;
  return MISTAKES.has(failure instanceof StoreFailure ? failure.code : driverCode(failure));
}

/** Redis' ERR, NOPERM and WRONGTYPE; PostgreSQL's insufficient_privilege, and undefined function, column and table. */
const MISTAKES: ReadonlySet<string> = new Set([
  'TypeError',
  'ERR',
  'NOPERM',
  'WRONGTYPE',
  '42501',
  '42883',
  '42703',
  '42P01',
]);

/** Whether SQLite says that another connection holds the lock. */
export function isLocked(error: unknown): boolean {
  return /^(SQLITE_BUSY|SQLITE_LOCKED|SQLite error [56]$)/.test(driverCode(error));
}

/**
 * The code of a system error (`ECONNREFUSED`), of SQLite (`SQLITE_FULL`, or its number), an SQLSTATE, the first word
 * of an error reply of Redis (`READONLY`); of a lost connection that of its reason; else the name of the error's class.
 */
function driverCode(error: unknown): string {
  if (!(error instanceof Error)) return 'not an error';
  if (error instanceof LostConnection) return driverCode(error.cause);
  return codeOf(error) ?? error.constructor.name;
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown };
  // The low byte is the primary code: https://www.sqlite.org/rescode.html
  if (typeof errcode === 'number') return `SQLite error ${errcode & 0xff}`;
  if (typeof code === 'string' && /^\w{1,64}$/.test(code)) return code;
  // One that a script met stands behind a sentence of its own, or, in older versions, behind the word ERR.
  return /^(?:ERR Error running script.*?@\w+: \d+: )?-?([A-Z]{2,20})\b/.exec(error.message)?.[1];
}
