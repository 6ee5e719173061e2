import type { GatewayEvent } from '../events.js';
import type { Observe } from '../state/timed.js';
import type { Rollout } from '../shapes/rollout.js';
import type { DecisionRow, Decisions, Overview, Span } from '../shapes/seen.js';
import { ClientKeeper } from './clients.js';
import { CountKeeper } from './counts.js';
import { openFile, type HistoryFile, type Prepared } from './file.js';
import { LatencyKeeper, storeFailuresOf } from './latency.js';
import { RecordKeeper, type RecordName } from './records.js';
import { RemoteWatch } from './remotes.js';
import { rolloutOf, type AppFacts, type ConfiguredRoute } from './rollout.js';
import { RowKeeper, type RowQuery } from './rows.js';
import { stepsOf } from './steps.js';

/** What the gateway has heard, for its pages. */
export interface History {
  /** Takes every event of the gateway; costs a few microseconds, and never throws. */
  hear(event: GatewayEvent): void;
  /** Takes how long an operation of the store took. One that failed is an event already. */
  readonly stored: Observe;
  overview(span: Span, state: Pick<Overview['state'], 'ready' | 'components'>): Overview;
  decisions(query: RowQuery): Decisions;
  /** Rows after an id, the newest first, 20 at most, with how many others there are, and the id to go on from. */
  after(id: number): { rows: readonly DecisionRow[]; left: number; last: number };
  /** Calls back for each decision and each use of an endpoint, those that are not kept too. Returns how to stop. */
  watch(listener: (row: DecisionRow) => void): () => void;
  rollout(routes: readonly ConfiguredRoute[], app: AppFacts): Rollout;
  /** The record that a hash of events, or the thumbprint of a key, belongs to; undefined if it is not known. */
  recordOf(name: RecordName): string | undefined;
  /** The newest rows of a record. */
  rowsOf(recordId: string): readonly DecisionRow[];
  /** A kept text, made on first use. */
  secret(name: string, make: () => string): { value: string; isNew: boolean };
  close(): void;
}

/** How a history is opened. */
export interface HistoryOptions {
  readonly now: () => number;
  /** Told why a file is not used, or no longer. */
  readonly warn?: ((says: string) => void) | undefined;
}

/** So often that no request waits long for it, and that little is lost with the process. */
const WRITTEN_EVERY_MS = 500;
const ROWS_OF_RECORD = 50;

/** A rollout that took longer than this holds requests up: it is shown again for a while. */
const SLOW_MS = 50;
const SHOWN_MS = 5000;

/**
 * Opens the history that a file keeps, or memory if the file cannot be used: it says why, and the gateway goes on.
 *
 * @param file undefined for memory
 * @example
 * const history = await openHistory('/var/lib/attestkit/history.db', { now: Date.now, warn: console.warn });
 * history.hear(event);
 * console.log(history.overview('hour', { ready: true, components: {} }).totals);
 */
export async function openHistory(file: string | undefined, options: HistoryOptions): Promise<History> {
  const { now, warn = () => undefined } = options;
  return new Keeper(await openFile(file, warn), now);
}

class Keeper implements History {
  readonly #file: HistoryFile;
  readonly #now: () => number;
  readonly #counts: CountKeeper;
  readonly #latencies = new LatencyKeeper();
  readonly #remotes = new RemoteWatch();
  readonly #rows: RowKeeper;
  readonly #clients = new ClientKeeper();
  readonly #records = new RecordKeeper();
  readonly #parts: readonly Part[];
  readonly #began: number;
  readonly #timer: NodeJS.Timeout;
  #shown: { readonly key: string; readonly until: number; readonly rollout: Rollout } | undefined;
  #isClosed = false;

  constructor(file: HistoryFile, now: () => number) {
    this.#file = file;
    this.#now = now;
    this.#began = now();
    this.#counts = new CountKeeper(file);
    this.#rows = new RowKeeper(file, this.#began);
    this.#parts = [this.#counts, this.#latencies, this.#rows, this.#clients, this.#records];
    this.#write();
    this.#timer = setInterval(() => this.#quietly(() => this.#write()), WRITTEN_EVERY_MS).unref();
  }

  hear(event: GatewayEvent): void {
    if (!this.#isClosed) this.#quietly(() => this.#take(event));
  }

  readonly stored: Observe = (operation, milliseconds, isFailed) => {
    if (!this.#isClosed && !isFailed) this.#latencies.stored(operation, milliseconds, this.#now());
  };

  overview(span: Span, state: Pick<Overview['state'], 'ready' | 'components'>): Overview {
    const at = this.#now();
    const steps = stepsOf(span, at);
    return this.#read((prepared) => {
      const latencies = this.#latencies.read(prepared, steps);
      return {
        at,
        span,
        from: steps.first * steps.stepMs,
        stepMs: steps.stepMs,
        since: this.#since(prepared),
        ...this.#counts.read(prepared, steps),
        latencies,
        state: {
          ready: state.ready,
          components: state.components,
          remotes: this.#remotes.read(),
          storeFailures: storeFailuresOf(latencies),
        },
      };
    });
  }

  decisions(query: RowQuery): Decisions {
    return this.#read((prepared) => this.#rows.find(prepared, query));
  }

  after(id: number): { rows: readonly DecisionRow[]; left: number; last: number } {
    return this.#read((prepared) => this.#rows.after(prepared, id));
  }

  watch(listener: (row: DecisionRow) => void): () => void {
    return this.#rows.watch(listener);
  }

  rollout(routes: readonly ConfiguredRoute[], app: AppFacts): Rollout {
    const started = performance.now();
    const key = JSON.stringify([routes, app]);
    if (this.#shown?.key === key && started < this.#shown.until) return this.#shown.rollout;
    const rollout = this.#read((prepared) => rolloutOf(prepared, routes, app, this.#now()));
    const ended = performance.now();
    this.#shown = ended - started > SLOW_MS ? { key, until: ended + SHOWN_MS, rollout } : undefined;
    return rollout;
  }

  recordOf(name: RecordName): string | undefined {
    return this.#read((prepared) => this.#records.recordOf(prepared, name));
  }

  rowsOf(recordId: string): readonly DecisionRow[] {
    return this.#read((prepared) =>
      this.#rows.ofHashes(prepared, this.#records.hashesOf(prepared, recordId), ROWS_OF_RECORD),
    );
  }

  secret(name: string, make: () => string): { value: string; isNew: boolean } {
    const found = this.#file.read((prepared) =>
      prepared.get<{ value: string }>('SELECT value FROM secrets WHERE name = ?', name),
    );
    if (found !== undefined) return { value: found.value, isNew: false };
    const value = make();
    this.#file.write((prepared) => prepared.run('INSERT INTO secrets VALUES (?, ?)', name, value));
    return { value, isNew: true };
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#quietly(() => this.#write());
    this.#quietly(() => this.#file.close());
  }

  #take(event: GatewayEvent): void {
    const at = Number.isFinite(event.at) ? event.at : this.#now();
    switch (event.type) {
      case 'decision':
        this.#clients.hear(event, at);
        this.#counts.hear(event, at);
        this.#rows.hear(event, at);
        break;
      case 'endpoint':
        this.#counts.hear(event, at);
        this.#rows.hear(event, at);
        break;
      case 'device':
      case 'session':
        this.#records.hear(event, at);
        break;
      case 'remote':
        this.#remotes.hear(event);
        break;
      default:
    }
    this.#latencies.hear(event, at);
    for (const part of this.#parts) if (part.isFull) return this.#write();
  }

  /** Of the file: a gateway that starts again goes on. */
  #since(prepared: Prepared): number {
    const row = prepared.get<{ value: string }>(`SELECT value FROM meta WHERE name = 'since'`);
    return row === undefined ? this.#began : Number(row.value);
  }

  #read<T>(work: (prepared: Prepared) => T): T {
    if (!this.#isClosed) this.#write();
    return this.#file.read(work);
  }

  #write(): void {
    const now = this.#now();
    this.#file.write((prepared) => {
      prepared.run(`INSERT OR IGNORE INTO meta VALUES ('since', ?)`, String(now));
      for (const part of this.#parts) part.write(prepared, now);
    });
    for (const part of this.#parts) part.written();
  }

  /** What listens to events must not change what happens. */
  #quietly(work: () => void): void {
    try {
      work();
    } catch {}
  }
}

/** What a part has heard is written in one transaction with the others. */
interface Part {
  readonly isFull: boolean;
  write(prepared: Prepared, now: number): void;
  /** The transaction is done: it may forget what it has written. */
  written(): void;
}
