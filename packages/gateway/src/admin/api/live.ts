import type { IncomingMessage, ServerResponse } from 'node:http';
import type { History } from '../../history/history.js';
import { linesOf } from '../../http/lines.js';
import type { DecisionRow, LiveBatch } from '../../shapes/seen.js';
import { Refusal } from '../answer.js';
import type { Call, Endpoints } from './call.js';

const MOST_CLIENTS = 20;
const BATCH_MS = 250;
const MOST_ROWS = 20;
const COMMENT_MS = 15_000;
/** What waits for a client that does not read. */
const MOST_WAITING_BYTES = 65_536;

interface Client {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly lasts: () => boolean;
}

type Counts = { -readonly [Name in keyof LiveBatch['counts']]: number };

/** Sends new rows to pages that watch, however many there are a second: one small batch at a time, the same for all. */
export class Live {
  readonly #history: Pick<History, 'after' | 'watch'>;
  readonly #now: () => number;
  readonly #clients = new Set<Client>();
  #rows: DecisionRow[] = [];
  #left = 0;
  #counts = none();
  #stop: (() => void) | undefined;
  #ticks = 0;
  #isClosed = false;

  constructor(history: Pick<History, 'after' | 'watch'>, now: () => number) {
    this.#history = history;
    this.#now = now;
  }

  get endpoints(): Endpoints {
    return {
      'GET /api/live': {
        needs: 'read',
        answer: (call) => {
          this.#open(call);
          return undefined;
        },
      },
    };
  }

  /** Sends what waits for the next batch, so that later batches have nothing of before. */
  flush(): void {
    const newest = this.#rows.at(-1);
    if (newest === undefined) return;
    const text = this.#batch(this.#rows.toReversed(), this.#left, this.#counts, newest.id);
    this.#rows = [];
    this.#left = 0;
    this.#counts = none();
    for (const client of this.#clients) this.#write(client, text);
  }

  /** Ends all streams, and opens no more. */
  close(): void {
    this.#isClosed = true;
    for (const client of this.#clients) this.#end(client);
  }

  #open({ req, res, lasts }: Call): void {
    if (this.#isClosed || this.#clients.size >= MOST_CLIENTS)
      throw new Refusal(503, 'Too many pages watch already. Close one, or wait.', { 'retry-after': '10' });
    const [last, ...more] = linesOf(req.rawHeaders, 'last-event-id');
    if (more.length > 0 || (last !== undefined && !/^[0-9]{1,16}$/.test(last)))
      throw new Refusal(400, 'Last-Event-ID has to be the id of a row.');
    // What others wait for was before this one.
    this.flush();
    const client = { req, res, lasts };
    this.#clients.add(client);
    res.once('close', () => this.#forget(client));
    res.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'cross-origin-resource-policy': 'same-origin',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    res.write('retry: 2000\n: begins\n\n');
    this.#begin();
    if (last === undefined) return;
    const { rows, left, last: newest } = this.#history.after(Number(last));
    if (rows.length > 0) this.#write(client, this.#batch(rows, left, counted(rows), newest));
  }

  #begin(): void {
    if (this.#stop !== undefined) return;
    const unwatch = this.#history.watch((row) => this.#hear(row));
    const timer = setInterval(() => this.#tick(), BATCH_MS).unref();
    this.#stop = () => {
      clearInterval(timer);
      unwatch();
    };
  }

  #hear(row: DecisionRow): void {
    this.#counts[row.outcome] += 1;
    this.#rows.push(row);
    if (this.#rows.length <= MOST_ROWS) return;
    this.#rows.shift();
    this.#left += 1;
  }

  #tick(): void {
    for (const client of this.#clients) if (!client.lasts()) this.#end(client);
    this.flush();
    this.#ticks = (this.#ticks + 1) % (COMMENT_MS / BATCH_MS);
    if (this.#ticks === 0) for (const client of this.#clients) this.#write(client, ': goes on\n\n');
  }

  #batch(rows: readonly DecisionRow[], left: number, counts: LiveBatch['counts'], newest: number): string {
    const batch: LiveBatch = { at: this.#now(), rows, left, counts };
    // JSON has no line ends of its own.
    return `id: ${newest}\ndata: ${JSON.stringify(batch)}\n\n`;
  }

  #write(client: Client, text: string): void {
    if (client.res.writableLength + text.length > MOST_WAITING_BYTES) {
      this.#forget(client);
      client.res.destroy();
    } else client.res.write(text);
  }

  #end(client: Client): void {
    this.#forget(client);
    client.res.end();
    // The last bytes are not worth waiting for.
    client.req.socket.end();
  }

  #forget(client: Client): void {
    this.#clients.delete(client);
    if (this.#clients.size > 0) return;
    this.#stop?.();
    this.#stop = undefined;
    this.#rows = [];
    this.#left = 0;
    this.#counts = none();
  }
}

function none(): Counts {
  return { accepted: 0, reported: 0, refused: 0, open: 0 };
}

function counted(rows: readonly DecisionRow[]): LiveBatch['counts'] {
  const counts = none();
  for (const { outcome } of rows) counts[outcome] += 1;
  return counts;
}
