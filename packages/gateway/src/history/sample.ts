import type { Prepared } from './file.js';

/** Numbers of clients are below it. */
const END = 2 ** 53;

/** Below this part of the limit, the next day keeps more clients again. */
const ROOM = 1 / 4;

/**
 * Which clients are kept: those whose number is below a bound, which is halved each time there are too many rows. A client that is kept
 * at one bound is kept at every higher one, so days of different bounds have the clients of the lowest in common.
 */
export class SampleRate {
  readonly #most: number;
  #rate = 1;
  #rows = 0;
  #day = Number.NaN;
  #known: Prepared | undefined;

  constructor(most: number) {
    this.#most = most;
  }

  keeps(client: number): boolean {
    return client < this.#rate * END;
  }

  /** Takes up what the file says of the day. A file that failed begins with another one. */
  follow(prepared: Prepared, day: number): void {
    const isNew = prepared !== this.#known;
    if (isNew) {
      this.#known = prepared;
      this.recount(prepared);
    }
    if (!isNew && day === this.#day) return;
    this.#day = day;
    const newest = prepared.get<{ day: number; rate: number }>(
      'SELECT day, rate FROM rates ORDER BY day DESC LIMIT 1',
    );
    const { rate, day: of } = newest ?? { rate: 1, day };
    this.#rate = of < day && this.#rows < this.#most * ROOM ? Math.min(1, rate * 2) : rate;
    prepared.run('INSERT OR IGNORE INTO rates VALUES (?, ?)', day, this.#rate);
  }

  recount(prepared: Prepared): void {
    this.#rows = prepared.get<{ count: number }>('SELECT COUNT(*) AS count FROM clients')?.count ?? 0;
  }

  /** Makes room if there are too many. */
  added(prepared: Prepared, rows: number): void {
    this.#rows += rows;
    while (this.#rows > this.#most) {
      this.#rate /= 2;
      prepared.run('DELETE FROM clients WHERE client >= ?', this.#rate * END);
      prepared.run('UPDATE rates SET rate = min(rate, ?)', this.#rate);
      this.recount(prepared);
    }
  }
}

/** The bound that all days have in common, and the share of clients below it. */
export function commonSample(
  prepared: Prepared,
  oldest: number,
): { readonly bound: number; readonly rate: number } {
  const rate =
    prepared.get<{ rate: number | null }>('SELECT MIN(rate) AS rate FROM rates WHERE day >= ?', oldest)
      ?.rate ?? 1;
  return { bound: rate * END, rate };
}
