import type { Outcome } from 'attestkit';
import type { Counts, DecisionRow, LiveBatch } from '../../../../gateway/src/shapes/seen.js';
import { OUTCOMES, plural, sumOf } from '../parts/share.js';

/** In the list: a row, or how many there were that it does not show. */
export type Entry = { readonly row: DecisionRow } | { readonly left: number; readonly key: string };

/** What came by the stream, bounded however much that was. */
export interface Stream {
  /** The newest first, `MOST_ENTRIES` at most. */
  readonly entries: readonly Entry[];
  /** Counts by the time of their batch, the oldest first, `MOST_BATCHES` at most. */
  readonly batches: readonly { readonly at: number; readonly counts: Counts }[];
}

export const MOST_ENTRIES = 200;
/** Of one batch. */
const MOST_NEW = 20;
/** Five minutes of them: the totals that they are added to are asked for again long before. */
const MOST_BATCHES = 1200;

export const NOTHING: Counts = { accepted: 0, reported: 0, refused: 0, open: 0 };
export const NO_STREAM: Stream = { entries: [], batches: [] };

/**
 * Adds a batch. Rows that are there already, because the stream was resumed, are not shown twice.
 *
 * @example withBatch(NO_STREAM, { at: 0, rows: [], left: 230, counts }).entries // [{ left: 230, key: '0' }]
 */
export function withBatch({ entries, batches }: Stream, { at, rows, left, counts }: LiveBatch): Stream {
  const newest = entries.find((entry) => 'row' in entry)?.row.id ?? -1;
  const fresh = rows.filter(({ id }) => id > newest);
  const shown = fresh.slice(0, MOST_NEW);
  const more = left + fresh.length - shown.length;
  const added: Entry[] = shown.map((row) => ({ row }));
  if (more > 0) added.push({ left: more, key: `${at}:${rows[0]?.id ?? ''}` });
  return {
    entries: added.length === 0 ? entries : [...added, ...entries].slice(0, MOST_ENTRIES),
    batches: [...batches, { at, counts }].slice(-MOST_BATCHES),
  };
}

/**
 * Adds what came while the list stood still.
 *
 * @example withPause(NO_STREAM, 340, 7).entries // [{ left: 340, key: 'pause:7' }]
 */
export function withPause(stream: Stream, missed: number, at: number): Stream {
  if (missed === 0) return stream;
  return {
    ...stream,
    entries: [{ left: missed, key: `pause:${at}` }, ...stream.entries].slice(0, MOST_ENTRIES),
  };
}

/**
 * @example plus(NOTHING, NOTHING) // { accepted: 0, reported: 0, refused: 0, open: 0 }
 */
export function plus(one: Counts, other: Counts): Counts {
  return {
    accepted: one.accepted + other.accepted,
    reported: one.reported + other.reported,
    refused: one.refused + other.refused,
    open: one.open + other.open,
  };
}

/**
 * All that came in batches after a time: what an answer of that time does not have yet.
 *
 * @example countsSince(NO_STREAM, 0) // { accepted: 0, reported: 0, refused: 0, open: 0 }
 */
export function countsSince({ batches }: Stream, at: number): Counts {
  return batches.reduce((sum, batch) => (batch.at > at ? plus(sum, batch.counts) : sum), NOTHING);
}

/**
 * For a screen reader, now and then: the stream itself would talk without end.
 *
 * @example summaryOf({ ...NOTHING, refused: 2 }) // '2 requests: 2 refused'
 */
export function summaryOf(counts: Counts): string {
  const words: Readonly<Record<Outcome, string>> = {
    accepted: 'accepted',
    reported: 'reported',
    refused: 'refused',
    open: 'open',
  };
  const parts = OUTCOMES.filter((outcome) => counts[outcome] > 0).map(
    (outcome) => `${counts[outcome].toLocaleString()} ${words[outcome]}`,
  );
  return parts.length === 0 ? '' : `${plural(sumOf(counts), 'request')}: ${parts.join(', ')}`;
}
