import type { Latency, Overview } from '../shapes/seen.js';
import { CLIENT_GONE, type GatewayEvent } from '../events.js';
import { DailyLimit } from './daily-limit.js';
import type { Prepared } from './file.js';
import { cut, MINUTE_MS } from './names.js';
import { oldestSteps, stepsOfMinute, type Steps } from './steps.js';

type Kind = Latency['of'];
const KINDS: readonly Kind[] = ['decision', 'endpoint', 'store', 'upstream', 'remote'];

/** From a microsecond to five minutes; a time outside counts as the nearest one inside. */
const SHORTEST_MS = 0.001;
const OF_A_DECADE = 12;
const BUCKETS = Math.ceil(8.5 * OF_A_DECADE);

/** Upstreams and hosts a day. */
const MOST_NAMES = 50;

const MOST_MINUTES = 64;

interface Measured {
  failures: number;
  readonly buckets: number[];
}

interface Row {
  readonly kind: Kind;
  readonly name: string;
  readonly failures: number;
  /** JSON: a bucket and its number, in turn. */
  readonly buckets: string;
}

/** How long things took, by the minute. */
export class LatencyKeeper {
  readonly #names = new DailyLimit(MOST_NAMES);
  readonly #pending = new Map<number, Map<Kind, Map<string, Measured>>>();
  #pruned = Number.NaN;

  get isFull(): boolean {
    return this.#pending.size > MOST_MINUTES;
  }

  hear(event: GatewayEvent, at: number): void {
    switch (event.type) {
      case 'decision':
      case 'endpoint':
        // Nothing was checked.
        if (event.outcome === 'open') return;
        return this.#add(event.type, '', at, event.durationMs, event.stage === 'unavailable');
      case 'store':
        return this.#add('store', event.operation, at, event.durationMs, true);
      case 'upstream': {
        const { upstream, durationMs, cause } = event;
        return this.#add('upstream', upstream, at, durationMs, cause !== undefined && cause !== CLIENT_GONE);
      }
      case 'remote': {
        const { host, durationMs, status, cause, circuit } = event;
        if (circuit !== undefined) return;
        return this.#add('remote', host, at, durationMs, cause !== undefined || !isUsable(status));
      }
      default:
    }
  }

  /** An operation of the store that did not fail. */
  stored(operation: string, milliseconds: number, at: number): void {
    this.#add('store', operation, at, milliseconds, false);
  }

  write(prepared: Prepared, now: number): void {
    for (const [minute, kinds] of this.#pending)
      for (const [scale, start] of stepsOfMinute(minute).entries())
        for (const [kind, names] of kinds)
          for (const [name, measured] of names) {
            const row = prepared.get<Row>(ONE, scale, start, kind, name);
            const { failures, buckets } = joined([measured, ...(row === undefined ? [] : [measuredOf(row)])]);
            prepared.run(PUT, scale, start, kind, name, failures, JSON.stringify(sparse(buckets)));
          }
    const minute = Math.floor(now / MINUTE_MS);
    if (minute === this.#pruned) return;
    this.#pruned = minute;
    for (const [scale, oldest] of oldestSteps(now).entries())
      prepared.run('DELETE FROM latencies WHERE scale = ? AND start < ?', scale, oldest);
  }

  written(): void {
    this.#pending.clear();
  }

  read(prepared: Prepared, { scale, first, last }: Steps): readonly Latency[] {
    const found = new Map<string, { readonly of: Kind; readonly name: string; readonly parts: Measured[] }>();
    for (const row of prepared.all<Row>(ALL, scale, first, last)) {
      const key = `${row.kind} ${row.name}`;
      const one = found.get(key) ?? { of: row.kind, name: row.name, parts: [] };
      one.parts.push(measuredOf(row));
      found.set(key, one);
    }
    return [...found.values()]
      .map(({ of, name, parts }) => {
        const { failures, buckets } = joined(parts);
        const count = buckets.reduce((sum, each) => sum + each, 0);
        const [p50, p95, p99] = [quantile(buckets, 0.5), quantile(buckets, 0.95), quantile(buckets, 0.99)];
        return { of, name, count, failures, p50, p95, p99 };
      })
      .toSorted(
        (a, b) =>
          KINDS.indexOf(a.of) - KINDS.indexOf(b.of) || b.count - a.count || (a.name < b.name ? -1 : 1),
      );
  }

  #add(kind: Kind, name: string, at: number, durationMs: number, isFailure: boolean): void {
    const minute = Math.floor(at / MINUTE_MS);
    let kinds = this.#pending.get(minute);
    if (kinds === undefined) this.#pending.set(minute, (kinds = new Map()));
    let names = kinds.get(kind);
    if (names === undefined) kinds.set(kind, (names = new Map()));
    const limited = name === '' ? '' : this.#names.of(at, cut(name) ?? '');
    let measured = names.get(limited);
    if (measured === undefined) names.set(limited, (measured = emptyMeasured()));
    const bucket = bucketOf(durationMs);
    measured.buckets[bucket] = (measured.buckets[bucket] ?? 0) + 1;
    if (isFailure) measured.failures += 1;
  }
}

/** Failed operations of the store, by operation. */
export function storeFailuresOf(latencies: readonly Latency[]): Overview['state']['storeFailures'] {
  return Object.fromEntries(
    latencies.filter(({ of }) => of === 'store').map(({ name, failures }) => [name, failures]),
  );
}

/** Whether an answer of another service is one: 304 says that what there is stays. */
export function isUsable(status: number | undefined): boolean {
  return status !== undefined && status < 400;
}

const ONE = 'SELECT failures, buckets FROM latencies WHERE scale = ? AND start = ? AND kind = ? AND name = ?';
const ALL = 'SELECT kind, name, failures, buckets FROM latencies WHERE scale = ? AND start BETWEEN ? AND ?';
const PUT = 'INSERT OR REPLACE INTO latencies VALUES (?, ?, ?, ?, ?, ?)';

function bucketOf(durationMs: number): number {
  const place = Math.floor(Math.log10(durationMs / SHORTEST_MS) * OF_A_DECADE);
  // What is not a time at all counts as the shortest.
  return place >= 0 ? Math.min(place, BUCKETS - 1) : 0;
}

/** The value below which a share of all is: between the bounds of its bucket as if they lay evenly, by their logarithms. */
function quantile(buckets: readonly number[], share: number): number {
  const count = buckets.reduce((sum, each) => sum + each, 0);
  let left = share * count;
  for (const [place, number] of buckets.entries()) {
    if (number > 0 && left <= number) return SHORTEST_MS * 10 ** ((place + left / number) / OF_A_DECADE);
    left -= number;
  }
  return 0;
}

function emptyMeasured(): Measured {
  return { failures: 0, buckets: Array.from({ length: BUCKETS }, () => 0) };
}

function joined(parts: readonly Measured[]): Measured {
  const sum = emptyMeasured();
  for (const { failures, buckets } of parts) {
    sum.failures += failures;
    for (const [place, number] of buckets.entries()) sum.buckets[place] = (sum.buckets[place] ?? 0) + number;
  }
  return sum;
}

function sparse(buckets: readonly number[]): readonly number[] {
  return [...buckets.entries()].flatMap(([place, number]) => (number === 0 ? [] : [place, number]));
}

function measuredOf({ failures, buckets }: Row): Measured {
  const measured = { ...emptyMeasured(), failures };
  const pairs = JSON.parse(buckets) as readonly number[];
  for (let at = 0; at < pairs.length; at += 2)
    measured.buckets[pairs[at] as number] = pairs[at + 1] as number;
  return measured;
}
