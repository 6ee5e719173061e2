import type { Counts, Overview, Span } from '../../../../gateway/src/shapes/seen.js';
import { plural, shareOf, sumOf } from '../parts/share.js';
import { lastOf } from './span.js';

/** What the page says before any number. */
export interface Lead {
  readonly says: string;
  /** The code of most refused and reported requests. */
  readonly most: { readonly code: string; readonly says: string; readonly count: number } | undefined;
}

/**
 * The sentence at the top: how many requests, and how they fared. Outcomes that no request had are left out, but for the accepted.
 *
 * @example leadOf({ accepted: 9, reported: 0, refused: 1, open: 0 }, 'hour', []).says // '10 requests in the last hour: 90% accepted, 10% refused.'
 */
export function leadOf(totals: Counts, span: Span, codes: Overview['codes']): Lead {
  const all = sumOf(totals);
  const shares = (['accepted', 'reported', 'refused', 'open'] as const)
    .filter((outcome) => outcome === 'accepted' || totals[outcome] > 0)
    .map((outcome) => `${shareOf(totals[outcome], all)} ${outcome}`);
  const [first] = codes.toSorted((a, b) => sum(b) - sum(a));
  const most = first !== undefined && sum(first) > 0 ? first : undefined;
  return {
    says: `${plural(all, 'request')} in ${lastOf(span)}: ${shares.join(', ')}.`,
    most: most && { code: most.code, says: most.says, count: sum(most) },
  };
}

const sum = (code: { readonly reported: number; readonly refused: number }): number =>
  code.reported + code.refused;

/**
 * How a number changed from the span before; undefined if that is not known, because counting began later.
 *
 * @example changeOf(12, 10, 'hour') // '20% more than in the hour before'
 */
export function changeOf(count: number, before: number, span: Span): string {
  const then = `in the ${span} before`;
  if (count === before) return count === 0 ? `none ${then} either` : `as many as ${then}`;
  if (before === 0) return `none ${then}`;
  if (count >= before * 3) return `${Math.round(count / before).toLocaleString()} times as many as ${then}`;
  const share = shareOf(Math.abs(count - before), before);
  return `${share} ${count > before ? 'more' : 'fewer'} than ${then}`;
}

const LENGTHS: Readonly<Record<Span, number>> = { hour: 3_600_000, day: 86_400_000, week: 604_800_000 };

/**
 * Whether the span before was counted as well.
 *
 * @example hasBefore({ from: 0, span: 'hour', since: 0 }) // false
 */
export const hasBefore = ({ from, span, since }: Pick<Overview, 'from' | 'span' | 'since'>): boolean =>
  since <= from - LENGTHS[span];
