import type { Rollout, RolloutClass, RolloutRoute } from '../shapes/rollout.js';
import { adviceOf } from './advice.js';
import { classOf, CLASSES, FINE, preference } from './client-class.js';
import { DAYS, routeKey } from './clients.js';
import type { Prepared } from './file.js';
import { DAY_MS, OTHER, sentenceOf } from './names.js';
import { commonSample } from './sample.js';

/** Versions of a class; the rest of them is one. */
const LISTED = 20;

/** A route as it is configured. */
export interface ConfiguredRoute {
  readonly route: string;
  readonly enforcement: string;
}

/** What the configuration says of the app. */
export interface AppFacts {
  /** The first version that sends evidence. */
  readonly since?: string | undefined;
  /** Whether it says by what a request looks like one of the app. */
  readonly hasSign: boolean;
}

/** Clients, or requests, that enforcing would refuse, which are alike. */
interface Refused {
  readonly class: RolloutClass;
  readonly code: string;
  readonly version: string | null;
  readonly count: number;
}

type Counted = Pick<RolloutRoute, 'counted' | 'estimated' | 'seen' | 'refused' | 'classes'>;

/** What enforcing would refuse, route by route. */
export function rolloutOf(
  prepared: Prepared,
  routes: readonly ConfiguredRoute[],
  app: AppFacts,
  now: number,
): Rollout {
  const oldest = Math.floor(now / DAY_MS) - DAYS + 1;
  return {
    at: now,
    routes: routes.map(({ route, enforcement }): RolloutRoute => {
      const key = routeKey(route);
      const first =
        prepared.get<{ since: number }>('SELECT since FROM routes WHERE route = ?', key)?.since ?? now;
      const since = Math.max(first, oldest * DAY_MS);
      const counted = countedOf(prepared, key, oldest, app.since);
      const advice = adviceOf({ ...counted, enforcement, hasSign: app.hasSign, observedMs: now - since });
      return { route, enforcement, days: DAYS, since, ...counted, advice };
    }),
    hasSign: app.hasSign,
    hasSince: app.since !== undefined,
  };
}

/** Devices if there are any. */
function countedOf(prepared: Prepared, route: string, oldest: number, since: string | undefined): Counted {
  const { bound, rate } = commonSample(prepared, oldest);
  const devices = prepared.get<{ count: number }>(SEEN, route, oldest, bound)?.count ?? 0;
  const rows: readonly Row[] =
    devices > 0 ? prepared.all(REFUSED, route, oldest, bound) : prepared.all(REQUESTS, route, oldest);
  const refused = rows
    .filter((row) => row.class !== FINE)
    .map((row): Refused => {
      const version = row.version === '' ? null : row.version;
      return {
        class: classOf(row.class, version, since),
        code: row.code ?? OTHER,
        version,
        count: row.count,
      };
    });
  if (devices === 0)
    return {
      counted: 'requests',
      estimated: false,
      seen: sumOf(rows),
      refused: sumOf(refused),
      classes: classesOf(refused, (count) => count),
    };
  const scaled = (count: number): number => Math.round(count / rate);
  return {
    counted: 'devices',
    estimated: rate < 1,
    seen: scaled(devices),
    refused: scaled(sumOf(refused)),
    classes: classesOf(refused, scaled),
  };
}

const SEEN = `SELECT COUNT(*) AS count FROM
  (SELECT DISTINCT client FROM clients WHERE route = ? AND day >= ? AND client < ?)`;

/**
 * Each client once, in the class of most of its refused requests, with what the newest of these says. In SQL, since to read all rows took
 * ten times as long. A column beside MAX is from the row that has it.
 */
const REFUSED = `SELECT class, code, version, COUNT(*) AS count FROM (
    SELECT class, code, version, MAX(times * 8 + ${preference('class')}) FROM (
      SELECT client, class, code, version, SUM(count) AS times, MAX(day) FROM clients
      WHERE route = ? AND day >= ? AND client < ? AND class > ${FINE} GROUP BY client, class
    ) GROUP BY client
  ) GROUP BY class, code, version`;

const REQUESTS = `SELECT class, code, version, SUM(count) AS count FROM requests
  WHERE route = ? AND day >= ? GROUP BY class, code, version`;

interface Row {
  readonly class: number;
  readonly code: string | null;
  readonly version: string | null;
  readonly count: number;
}

function classesOf(refused: readonly Refused[], scaled: (count: number) => number): RolloutRoute['classes'] {
  return CLASSES.flatMap((each) => {
    const own = refused.filter((one) => one.class === each);
    if (own.length === 0) return [];
    const versions = grouped(own, ({ version }) => version);
    const rest = versions.slice(LISTED);
    return [
      {
        class: each,
        count: scaled(sumOf(own)),
        versions: [
          ...versions.slice(0, LISTED),
          ...(rest.length === 0 ? [] : [{ value: OTHER, count: sumOf(rest) }]),
        ].map(({ value, count }) => ({ version: value, count: scaled(count) })),
        codes: grouped(own, ({ code }) => code).map(({ value, count }) => ({
          code: value,
          says: sentenceOf(value),
          count: scaled(count),
        })),
      },
    ];
  });
}

/** The most frequent value first. */
function grouped<T>(
  refused: readonly Refused[],
  by: (one: Refused) => T,
): readonly { readonly value: T; readonly count: number }[] {
  const counts = new Map<T, number>();
  for (const one of refused) counts.set(by(one), (counts.get(by(one)) ?? 0) + one.count);
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .toSorted((a, b) => b.count - a.count || (String(a.value) < String(b.value) ? -1 : 1));
}

function sumOf(rows: readonly { readonly count: number }[]): number {
  return rows.reduce((sum, { count }) => sum + count, 0);
}
