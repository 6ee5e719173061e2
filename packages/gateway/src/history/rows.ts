import type { DecisionEvent, EndpointEvent, FailureFacts, Outcome } from 'attestkit';
import type { DecisionRow, Decisions } from '../shapes/seen.js';
import { nameOf } from './counts.js';
import type { HistoryFile, Prepared } from './file.js';
import { cut, LONGEST_NAME } from './names.js';

/** The newest ones, after which the oldest go. */
const MOST_ROWS = 20_000;
/** Kept at once, and each second for longer: the newest ones should be those of minutes. The others are counted. */
const MOST_AT_ONCE = 500;
const MOST_A_SECOND = 150;
/** The last of these are for requests that were not simply accepted. */
const RESERVED = 100;
/** What one answer may have. */
const MOST_ANSWERED = 500;
const LIVE = 20;
const MOST_PENDING = 5000;

/** Ids of a process begin with its time, so that they rise even if no file remembers the last one. */
const IDS_A_MILLISECOND = 1000;

/** Which rows are asked for; members that are undefined ask for nothing. */
export interface RowQuery {
  readonly outcome?: Outcome | undefined;
  readonly name?: string | undefined;
  readonly code?: string | undefined;
  readonly requestId?: string | undefined;
  /** Of a device, or of an address. */
  readonly device?: string | undefined;
  /** An id. */
  readonly before?: number | undefined;
  readonly limit: number;
}

/** The newest decisions, and uses of endpoints, one by one. */
export class RowKeeper {
  readonly #watchers = new Set<(row: DecisionRow) => void>();
  readonly #firstId: number;
  #pending: DecisionRow[] = [];
  #lastId: number;
  #stored = 0;
  #storedIn: Prepared | undefined;
  #room = MOST_AT_ONCE;
  #refilledAt = 0;

  constructor(file: HistoryFile, now: number) {
    const newest = file.read(
      (prepared) =>
        prepared.get<{ newest: number | null }>('SELECT MAX(id) AS newest FROM rows')?.newest ?? 0,
    );
    this.#lastId = Math.max(newest, Math.floor(Math.max(0, now)) * IDS_A_MILLISECOND);
    this.#firstId = this.#lastId + 1;
  }

  get isFull(): boolean {
    return this.#pending.length >= MOST_PENDING;
  }

  hear(event: DecisionEvent | EndpointEvent, at: number): void {
    this.#lastId += 1;
    const isKept = this.#isKept(event.outcome, at);
    if (!isKept && this.#watchers.size === 0) return;
    const row = rowOf(event, this.#lastId, at);
    if (isKept) this.#pending.push(row);
    for (const watcher of this.#watchers) {
      try {
        watcher(row);
      } catch {
        // Watching must not change what happens.
      }
    }
  }

  write(prepared: Prepared): void {
    if (prepared !== this.#storedIn) {
      this.#storedIn = prepared;
      this.#stored = prepared.get<{ count: number }>('SELECT COUNT(*) AS count FROM rows')?.count ?? 0;
    }
    for (const row of this.#pending) {
      const { id, name, outcome, code, requestId, device, address } = row;
      prepared.run(
        'INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?)',
        id,
        name,
        outcome,
        code,
        requestId,
        device,
        address,
      );
      prepared.run('INSERT INTO texts VALUES (?, ?)', id, JSON.stringify(row));
    }
    const surplus = this.#stored + this.#pending.length - MOST_ROWS;
    if (surplus <= 0) return;
    const sql = 'SELECT id FROM rows ORDER BY id LIMIT 1 OFFSET ?';
    const last = prepared.get<{ id: number }>(sql, surplus - 1)?.id ?? 0;
    prepared.run('DELETE FROM rows WHERE id <= ?', last);
    prepared.run('DELETE FROM texts WHERE id <= ?', last);
  }

  written(): void {
    this.#stored = Math.min(MOST_ROWS, this.#stored + this.#pending.length);
    this.#pending = [];
  }

  find(prepared: Prepared, query: RowQuery): Decisions {
    const { outcome, name, code, requestId, device, before } = query;
    const limit = Math.max(1, Math.min(MOST_ANSWERED, Math.floor(query.limit) || 1));
    const where: string[] = [];
    const values: (string | number)[] = [];
    const ask = (condition: string, ...given: readonly (string | number | undefined)[]): void => {
      const defined = given.filter((value) => value !== undefined);
      if (defined.length === 0) return;
      where.push(condition);
      values.push(...defined);
    };
    ask('outcome = ?', outcome);
    ask('name = ?', name);
    ask('code = ?', code);
    ask('request = ?', requestId);
    ask('(device = ? OR address = ?)', device, device);
    ask('rows.id < ?', before);
    const condition = where.length === 0 ? '' : `WHERE ${where.join(' AND ')} `;
    const rows = readRows(prepared, `${condition}ORDER BY rows.id DESC LIMIT ?`, ...values, limit + 1);
    return { rows: rows.slice(0, limit), more: rows.length > limit };
  }

  after(prepared: Prepared, id: number): { rows: readonly DecisionRow[]; left: number; last: number } {
    const rows = readRows(prepared, 'WHERE rows.id > ? ORDER BY rows.id DESC LIMIT ?', id, LIVE);
    const sql = 'SELECT COUNT(*) AS earlier FROM rows WHERE id > ? AND id < ?';
    const earlier = prepared.get<{ earlier: number }>(sql, id, this.#firstId)?.earlier ?? 0;
    // Ids of this process are without gaps: they count the rows that were not kept, too.
    const ofProcess = Math.max(0, this.#lastId - Math.max(id, this.#firstId - 1));
    return { rows, left: earlier + ofProcess - rows.length, last: this.#lastId };
  }

  /** The newest rows of these hashes. */
  ofHashes(prepared: Prepared, hashes: readonly string[], limit: number): readonly DecisionRow[] {
    const places = hashes.map(() => '?').join(', ');
    return readRows(prepared, `WHERE device IN (${places}) ORDER BY rows.id DESC LIMIT ?`, ...hashes, limit);
  }

  watch(listener: (row: DecisionRow) => void): () => void {
    // Of its own, so that the same function can watch twice.
    const watcher = (row: DecisionRow): void => listener(row);
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /** Requests overlap by a little, and clocks step back: only a later time adds to what may be kept, or one that is far away. */
  #isKept(outcome: Outcome, at: number): boolean {
    const passedMs = at - this.#refilledAt;
    if (passedMs > 0 || passedMs < -60_000) {
      const added = (Math.abs(passedMs) / 1000) * MOST_A_SECOND;
      this.#room = Math.min(MOST_AT_ONCE, this.#room + added);
      this.#refilledAt = at;
    }
    if (this.#room < (outcome === 'accepted' || outcome === 'open' ? RESERVED + 1 : 1)) return false;
    this.#room -= 1;
    return true;
  }
}

function readRows(
  prepared: Prepared,
  rest: string,
  ...values: readonly (string | number)[]
): readonly DecisionRow[] {
  return prepared
    .all<{ readonly json: string }>(`SELECT json FROM rows JOIN texts USING (id) ${rest}`, ...values)
    .map(({ json }) => JSON.parse(json) as DecisionRow);
}

function rowOf(event: DecisionEvent | EndpointEvent, id: number, at: number): DecisionRow {
  const { app, refused } = event;
  const isDecision = event.type === 'decision';
  const failures = refused === undefined ? (isDecision ? event.reported : []) : [refused];
  const claimed = isDecision ? event.claimed : undefined;
  return {
    id,
    at,
    durationMs: Math.round(event.durationMs * 1000) / 1000,
    requestId: cut(event.requestId, 128) ?? '',
    type: event.type,
    name: cut(nameOf(event), LONGEST_NAME) ?? '',
    method: cut(event.method, 16) ?? '',
    outcome: event.outcome,
    status: event.status ?? null,
    code: cut(event.code),
    says: failures.length === 0 ? null : cut(failures.map(sentenceOf).join('; '), 400),
    evidence: isDecision ? event.evidence : event.evidence === undefined ? [] : [event.evidence],
    device: cut(event.device),
    address: cut(event.address),
    app:
      app === undefined
        ? null
        : { id: cut(app.id, 100) ?? '', platform: cut(app.platform), version: cut(app.version) },
    claimed: claimed === undefined ? null : { version: cut(claimed.version) },
  };
}

function sentenceOf({ says, cause }: FailureFacts): string {
  return cause === undefined ? says : `${says} (${cause})`;
}
