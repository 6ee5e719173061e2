import { AttestationError } from '../../kernel/errors.js';
import { isJsonObject } from '../../kernel/bytes/json.js';
import type { Versioned } from '../../ports/store.js';
import { STATE_CHECKS as CHECKS } from './state-checks.js';

/** The first character of each stored value: the version of its format. */
const FORMAT = '1';

/** Writes a record as it is stored: the version of the format, then JSON. */
export function encodeRecord(record: object): string {
  return FORMAT + JSON.stringify(record);
}

/**
 * Reads a stored record. A value that this version cannot read is not absent: if it were, the next request could take
 * its place.
 *
 * @throws AttestationError ERR_STATE_UNREADABLE, of stage `unavailable`
 */
export function decodeRecord<T extends object>({ value }: Versioned): T {
  try {
    const record: unknown = value.startsWith(FORMAT) ? JSON.parse(value.slice(FORMAT.length)) : undefined;
    if (isJsonObject(record)) return record as T;
  } catch (cause) {
    throw new AttestationError(CHECKS.record, { cause });
  }
  throw new AttestationError(CHECKS.record);
}
