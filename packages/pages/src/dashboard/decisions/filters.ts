import type { Outcome } from 'attestkit';
import { OUTCOMES } from '../parts/share.js';

/** By the names of the query string, each compared exactly by the gateway. */
export const FILTERS = ['outcome', 'name', 'code', 'requestId', 'device'] as const;
export type FilterName = (typeof FILTERS)[number];
export type Filters = Readonly<Partial<Record<FilterName, string>>>;

/** Rows of one page. */
const LIMIT = '50';

/**
 * The filters in the page's query string; those that the gateway does not know are left out.
 *
 * @example filtersOf('?outcome=refused&color=red') // { outcome: 'refused' }
 */
export function filtersOf(search: string): Filters {
  const given = new URLSearchParams(search);
  const found: Partial<Record<FilterName, string>> = {};
  for (const name of FILTERS) {
    const value = given.get(name)?.trim();
    if (value === undefined || value === '') continue;
    if (name === 'outcome' && !OUTCOMES.includes(value as Outcome)) continue;
    found[name] = value;
  }
  return found;
}

/**
 * The row id that the page shows older ones than.
 *
 * @example beforeOf('?before=17') // 17
 */
export function beforeOf(search: string): number | undefined {
  const given = new URLSearchParams(search).get('before');
  // Ids are microseconds since the epoch, or thereabouts: sixteen digits.
  const id = given !== null && /^\d{1,16}$/.test(given) ? Number(given) : undefined;
  return Number.isSafeInteger(id) ? id : undefined;
}

/**
 * The query string of the page.
 *
 * @example searchOf({ outcome: 'refused' }, undefined) // '?outcome=refused'
 */
export function searchOf(filters: Filters, before: number | undefined): string {
  const search = new URLSearchParams();
  for (const name of FILTERS) {
    const value = filters[name];
    if (value !== undefined) search.set(name, value);
  }
  if (before !== undefined) search.set('before', String(before));
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

/**
 * The path that answers it.
 *
 * @example pathOf({}, undefined) // '/api/decisions?limit=50'
 */
export function pathOf(filters: Filters, before: number | undefined): string {
  const search = new URLSearchParams(searchOf(filters, before));
  search.set('limit', LIMIT);
  return `/api/decisions?${search.toString()}`;
}
