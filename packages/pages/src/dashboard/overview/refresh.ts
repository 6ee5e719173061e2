import type { Counts, Overview, Span } from '../../../../gateway/src/shapes/seen.js';
import { plus } from '../live/stream.js';

/** How old the numbers may become. */
const MOST_AGE: Readonly<Record<Span, number>> = { hour: 15_000, day: 60_000, week: 60_000 };
/** After the last batch: then an answer has all that the stream said, and no request twice. */
const QUIET_MS = 1500;
const LEAST_AGE = 4000;

/**
 * Whether to ask again: at once when the stream has become quiet, so that the numbers are exact; else after a while.
 *
 * @example isDue({ span: 'hour', now: 20_000, askedAt: 0, batchAt: undefined }) // true
 */
export function isDue({
  span,
  now,
  askedAt,
  batchAt,
}: {
  readonly span: Span;
  readonly now: number;
  readonly askedAt: number;
  /** When the last batch came; undefined if it came before the numbers. */
  readonly batchAt: number | undefined;
}): boolean {
  const age = now - askedAt;
  if (age >= MOST_AGE[span]) return true;
  return batchAt !== undefined && now - batchAt >= QUIET_MS && age >= LEAST_AGE;
}

/**
 * The numbers with those of the stream, which belong to the newest step.
 *
 * @example withLive(overview, { accepted: 1, reported: 0, refused: 0, open: 0 }).totals.accepted // one more
 */
export function withLive(overview: Overview, live: Counts): Overview {
  const { steps, totals } = overview;
  if (steps.accepted.length === 0) return { ...overview, totals: plus(totals, live) };
  return {
    ...overview,
    totals: plus(totals, live),
    steps: {
      accepted: last(steps.accepted, live.accepted),
      reported: last(steps.reported, live.reported),
      refused: last(steps.refused, live.refused),
      open: last(steps.open, live.open),
    },
  };
}

function last(counts: readonly number[], more: number): readonly number[] {
  return more === 0 ? counts : [...counts.slice(0, -1), (counts.at(-1) ?? 0) + more];
}
