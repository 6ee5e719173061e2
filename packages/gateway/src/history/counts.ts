import type { DecisionEvent, EndpointEvent, Outcome } from 'attestkit';
import type { CountedBy, Counts, Overview } from '../shapes/seen.js';
import { DailyLimit } from './daily-limit.js';
import type { HistoryFile, Prepared } from './file.js';
import { codeName, cut, DAY_MS, LONGEST_NAME, MINUTE_MS, OTHER, OUTCOMES, sentenceOf } from './names.js';
import { oldestSteps, stepsOfMinute, type Steps } from './steps.js';

/** What is counted: all, and each value of these. Only an overview reads it, which crosses no two of them. */
const DIMENSIONS = ['all', 'route', 'evidence', 'platform', 'version', 'code'] as const;

/** Different values a day. The configuration and the catalog have fewer; versions and platforms come from evidence. */
const MOST = { route: 300, evidence: 20, platform: 10, version: 100 } as const;

/** Rows of a breakdown. */
const LISTED = 50;

/** Minutes that wait to be written. A clock that goes as it should has two. */
const MOST_MINUTES = 64;

/** For each dimension and name a number for each outcome; the name is empty if there is none. */
type MinuteCounts = readonly Map<string, number[]>[];

interface CountRow extends Counts {
  readonly name: string;
}

/** What the counts say of a span. */
type Counted = Pick<Overview, 'steps' | 'totals' | 'before' | 'by' | 'codes'>;

/** Counts decisions, and uses of endpoints, by the minute. */
export class CountKeeper {
  readonly #limits: Readonly<Record<keyof typeof MOST, DailyLimit>>;
  readonly #pending = new Map<number, MinuteCounts>();
  #pruned = Number.NaN;

  constructor(file: HistoryFile) {
    const limit = (dimension: keyof typeof MOST): DailyLimit =>
      new DailyLimit(MOST[dimension], (day) => file.read((prepared) => namesOf(prepared, dimension, day)));
    this.#limits = {
      route: limit('route'),
      evidence: limit('evidence'),
      platform: limit('platform'),
      version: limit('version'),
    };
  }

  /** Whether it has to be written before it grows. */
  get isFull(): boolean {
    return this.#pending.size > MOST_MINUTES;
  }

  hear(event: DecisionEvent | EndpointEvent, at: number): void {
    const minute = Math.floor(at / MINUTE_MS);
    let counts = this.#pending.get(minute);
    if (counts === undefined) this.#pending.set(minute, (counts = DIMENSIONS.map(() => new Map())));
    const outcome = OUTCOMES.indexOf(event.outcome);
    const { app } = event;
    add(counts[0], '', outcome);
    add(counts[1], this.#limited('route', at, nameOf(event)), outcome);
    add(counts[2], this.#limited('evidence', at, evidenceOf(event)), outcome);
    add(counts[3], this.#limited('platform', at, app?.platform), outcome);
    add(counts[4], this.#limited('version', at, app?.version), outcome);
    const code = codeName(event.code);
    if (code !== null) add(counts[5], code, outcome);
  }

  /** Does not forget what it writes: see `written`. */
  write(prepared: Prepared, now: number): void {
    for (const [minute, counts] of this.#pending)
      for (const [scale, start] of stepsOfMinute(minute).entries())
        for (const [dimension, names] of counts.entries())
          for (const [name, numbers] of names) prepared.run(ADD, scale, start, dimension, name, ...numbers);
    const minute = Math.floor(now / MINUTE_MS);
    if (minute === this.#pruned) return;
    this.#pruned = minute;
    for (const [scale, oldest] of oldestSteps(now).entries())
      prepared.run('DELETE FROM counts WHERE scale = ? AND start < ?', scale, oldest);
  }

  written(): void {
    this.#pending.clear();
  }

  read(prepared: Prepared, { scale, first, last }: Steps): Counted {
    const length = last - first + 1;
    const steps: Record<Outcome, number[]> = {
      accepted: zeros(length),
      reported: zeros(length),
      refused: zeros(length),
      open: zeros(length),
    };
    const of = (dimension: (typeof DIMENSIONS)[number], from = first, to = last): readonly CountRow[] =>
      prepared.all(SUMS, scale, from, to, DIMENSIONS.indexOf(dimension));
    for (const row of prepared.all<Counts & { readonly start: number }>(STEPS, scale, first, last))
      for (const outcome of OUTCOMES) steps[outcome][row.start - first] = row[outcome];
    const by = (dimension: keyof typeof MOST): readonly CountedBy[] => ranked(of(dimension));
    return {
      steps,
      totals: totalOf(of('all')),
      before: totalOf(of('all', first - length, first - 1)),
      by: { route: by('route'), evidence: by('evidence'), platform: by('platform'), version: by('version') },
      codes: of('code')
        .map(({ name: code, reported, refused }) => ({ code, says: sentenceOf(code), reported, refused }))
        .toSorted((a, b) => b.reported + b.refused - (a.reported + a.refused) || (a.code < b.code ? -1 : 1)),
    };
  }

  #limited(dimension: keyof typeof MOST, at: number, value: string | undefined): string {
    // As long as rows have it: a reader looks for them by it.
    const name = cut(value, dimension === 'route' ? LONGEST_NAME : undefined);
    return name === null ? '' : this.#limits[dimension].of(at, name);
  }
}

const ADD = `INSERT INTO counts VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
  accepted = accepted + excluded.accepted, reported = reported + excluded.reported,
  refused = refused + excluded.refused, open = open + excluded.open`;

const STEPS = `SELECT start, accepted, reported, refused, open FROM counts
  WHERE scale = ? AND start BETWEEN ? AND ? AND dim = 0`;

const SUMS = `SELECT name, SUM(accepted) AS accepted, SUM(reported) AS reported, SUM(refused) AS refused, SUM(open) AS open
  FROM counts WHERE scale = ? AND start BETWEEN ? AND ? AND dim = ? GROUP BY name`;

/** Of a day, by its hours. */
function namesOf(prepared: Prepared, dimension: keyof typeof MOST, day: number): readonly string[] {
  const rows = prepared.all<{ readonly name: string }>(
    `SELECT DISTINCT name FROM counts WHERE scale = 2 AND start BETWEEN ? AND ? AND dim = ? AND name NOT IN ('', '${OTHER}')`,
    (day * DAY_MS) / (60 * MINUTE_MS),
    ((day + 1) * DAY_MS) / (60 * MINUTE_MS) - 1,
    DIMENSIONS.indexOf(dimension),
  );
  return rows.map(({ name }) => name);
}

export function nameOf(event: DecisionEvent | EndpointEvent): string | undefined {
  return event.type === 'decision' ? event.route : event.endpoint;
}

function evidenceOf({ evidence }: DecisionEvent | EndpointEvent): string | undefined {
  return typeof evidence === 'object' ? evidence.join('+') : evidence;
}

function add(names: Map<string, number[]> | undefined, name: string, outcome: number): void {
  const numbers = names?.get(name) ?? zeros(OUTCOMES.length);
  if (numbers[outcome] === 0) names?.set(name, numbers);
  numbers[outcome] = (numbers[outcome] ?? 0) + 1;
}

function zeros(length: number): number[] {
  return Array.from({ length }, () => 0);
}

function totalOf(rows: readonly CountRow[]): Counts {
  const { accepted, reported, refused, open } = summed(null, rows);
  return { accepted, reported, refused, open };
}

function summed(name: string | null, rows: readonly Counts[]): CountedBy {
  const total = { name, accepted: 0, reported: 0, refused: 0, open: 0 };
  for (const row of rows) for (const outcome of OUTCOMES) total[outcome] += row[outcome];
  return total;
}

/** The largest first; those after the first ones as one. */
function ranked(rows: readonly CountRow[]): readonly CountedBy[] {
  const sorted = rows
    .map((row): CountedBy => ({ ...row, name: row.name === '' ? null : row.name }))
    .toSorted((a, b) => sumOf(b) - sumOf(a) || ((a.name ?? '') < (b.name ?? '') ? -1 : 1));
  if (sorted.length <= LISTED) return sorted;
  const listed = sorted.slice(0, LISTED).filter(({ name }) => name !== OTHER);
  const rest = sorted.filter((row) => !listed.includes(row));
  return [...listed, summed(OTHER, rest)];
}

function sumOf({ accepted, reported, refused, open }: Counts): number {
  return accepted + reported + refused + open;
}
