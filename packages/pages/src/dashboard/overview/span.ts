import type { Span } from '../../../../gateway/src/shapes/seen.js';

/** With the words that follow `in`. */
export const SPANS: readonly { readonly span: Span; readonly name: string; readonly last: string }[] = [
  { span: 'hour', name: 'Last hour', last: 'the last hour' },
  { span: 'day', name: 'Last day', last: 'the last day' },
  { span: 'week', name: 'Last week', last: 'the last week' },
];

/**
 * The span that the query string of the page names, else the last hour.
 *
 * @example spanOf('?span=day') // 'day'
 */
export function spanOf(search: string): Span {
  const given = new URLSearchParams(search).get('span');
  return SPANS.find(({ span }) => span === given)?.span ?? 'hour';
}

/**
 * The words of a span.
 *
 * @example lastOf('day') // 'the last day'
 */
export const lastOf = (span: Span): string => SPANS.find((each) => each.span === span)?.last ?? '';
