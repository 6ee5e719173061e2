import type { DecisionEvent } from 'attestkit';
import { FINE, refusalOf } from './client-class.js';
import { DailyLimit } from './daily-limit.js';
import type { Prepared } from './file.js';
import { codeName, cut, DAY_MS, LONGEST_NAME } from './names.js';
import { SampleRate } from './sample.js';

/** Today, and those before it. */
export const DAYS = 7;

/** A client has one for each day, route and class. */
const MOST_CLIENT_ROWS = 100_000;
const MOST_PENDING = 5000;
/** Of versions that requests claim, if no client can be told from another. */
const MOST_VERSIONS = 100;

/** One client on a day, in one class; or all requests of that sort without a client. */
interface Seen {
  readonly day: number;
  readonly route: string;
  /** A number that stands for its hash. */
  readonly client: number | undefined;
  readonly class: number;
  count: number;
  code: string | null;
  version: string | null;
}

/** Which clients a route has, and of which of them enforcing would refuse requests. */
export class ClientKeeper {
  readonly #rate: SampleRate;
  readonly #versions = new DailyLimit(MOST_VERSIONS);
  readonly #pending = new Map<string, Seen>();
  readonly #since = new Map<string, number>();
  /** For each route the clients that have a row of today without a refusal: another request says nothing new. */
  readonly #met = new Map<string, Set<number>>();
  #metOn = Number.NEGATIVE_INFINITY;
  #metIn: Prepared | undefined;
  #day = Number.NaN;

  /** @param most rows of clients */
  constructor(most = MOST_CLIENT_ROWS) {
    this.#rate = new SampleRate(most);
  }

  get isFull(): boolean {
    return this.#pending.size >= MOST_PENDING;
  }

  hear(event: DecisionEvent, at: number): void {
    // An open route, and a preflight: enforcing changes nothing about them.
    if (event.outcome === 'open') return;
    const route = routeKey(event.route);
    const since = this.#since.get(route);
    if (since === undefined || at < since) this.#since.set(route, at);
    const day = Math.floor(at / DAY_MS);
    const hash = event.device ?? event.address;
    const client = hash === undefined ? undefined : numberOf(hash);
    if (client !== undefined && !this.#rate.keeps(client)) return;
    const refusal = refusalOf(event);
    if (refusal === undefined && client !== undefined && !this.#isFirst(route, day, client)) return;
    const { class: kept, version: said } = refusal ?? { class: FINE, version: null };
    const code = refusal === undefined ? null : codeName(event.code);
    // Rows of requests are told apart by it, rows of clients are not.
    const version = client === undefined && said !== null ? this.#versions.of(at, said) : said;
    const key =
      client === undefined
        ? `${route}\n${day} ${kept} ${code} ${version}`
        : `${route}\n${day} ${kept} ${client}`;
    const seen = this.#pending.get(key);
    if (seen === undefined)
      this.#pending.set(key, { day, route, client, class: kept, count: 1, code, version });
    else {
      seen.count += 1;
      [seen.code, seen.version] = [code, version];
    }
  }

  write(prepared: Prepared, now: number): void {
    const day = Math.floor(now / DAY_MS);
    this.#rate.follow(prepared, day);
    // Another file, which does not have them.
    if (prepared !== this.#metIn) this.#met.clear();
    this.#metIn = prepared;
    if (day !== this.#day) {
      this.#day = day;
      this.#prune(prepared, day);
    }
    let added = 0;
    for (const seen of this.#pending.values()) added += put(prepared, seen);
    for (const [route, since] of this.#since)
      prepared.run(
        'INSERT INTO routes VALUES (?, ?) ON CONFLICT DO UPDATE SET since = min(since, excluded.since)',
        route,
        Math.floor(since),
      );
    this.#rate.added(prepared, added);
  }

  written(): void {
    this.#pending.clear();
    this.#since.clear();
  }

  #isFirst(route: string, day: number, client: number): boolean {
    if (day < this.#metOn) return true;
    if (day > this.#metOn) this.#met.clear();
    this.#metOn = day;
    const met = this.#met.get(route);
    if (met === undefined) this.#met.set(route, new Set([client]));
    else if (met.has(client)) return false;
    else met.add(client);
    return true;
  }

  #prune(prepared: Prepared, day: number): void {
    const oldest = day - DAYS + 1;
    prepared.run('DELETE FROM clients WHERE day < ?', oldest);
    prepared.run('DELETE FROM requests WHERE day < ?', oldest);
    prepared.run('DELETE FROM rates WHERE day < ?', oldest);
    // A route that was not heard of for the whole time begins anew when it comes again.
    prepared.run(
      `DELETE FROM routes WHERE since < ? AND route NOT IN (SELECT route FROM clients)
        AND route NOT IN (SELECT route FROM requests)`,
      oldest * DAY_MS,
    );
    this.#rate.recount(prepared);
  }
}

/** As tables have it. */
export function routeKey(route: string | undefined): string {
  return cut(route, LONGEST_NAME) ?? '';
}

/** @returns how many rows of clients it added */
function put(prepared: Prepared, seen: Seen): number {
  const { route, client, day, class: kept, count, code, version } = seen;
  if (client === undefined) {
    // Empty instead of NULL, of which a key may have several.
    prepared.run(ADD_REQUESTS, route, day, kept, code ?? '', version ?? '', count);
    return 0;
  }
  if (prepared.run(ADD_TO_CLIENT, count, code, version, route, client, day, kept) > 0) return 0;
  return prepared.run(
    'INSERT INTO clients VALUES (?, ?, ?, ?, ?, ?, ?)',
    route,
    client,
    day,
    kept,
    count,
    code,
    version,
  );
}

const ADD_TO_CLIENT = `UPDATE clients SET count = count + ?, code = ?, version = ?
  WHERE route = ? AND client = ? AND day = ? AND class = ?`;

const ADD_REQUESTS = `INSERT INTO requests VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET count = count + excluded.count`;

/** 53 bits of a hash that is keyed already: all that is asked of them is that they are spread evenly (cyrb53). */
function numberOf(hash: string): number {
  let [high, low] = [0xdeadbeef, 0x41c6ce57];
  for (let at = 0; at < hash.length; at++) {
    const code = hash.charCodeAt(at);
    high = Math.imul(high ^ code, 2_654_435_761);
    low = Math.imul(low ^ code, 1_597_334_677);
  }
  high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909);
  low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909);
  return 4_294_967_296 * (2_097_151 & low) + (high >>> 0);
}
