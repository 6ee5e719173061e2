import type { Latency } from '../../../../gateway/src/shapes/seen.js';

const ORDER = ['decision', 'endpoint', 'store', 'upstream', 'remote'] as const;

const WORDS: Readonly<Record<Latency['of'], string>> = {
  decision: 'Decisions',
  endpoint: 'Device endpoints',
  store: 'Store',
  upstream: 'Upstream',
  remote: 'Fetched from',
};

/** One row of the table: fixed words, then a name from elsewhere. */
export interface LatencyRow extends Latency {
  readonly words: string;
}

/**
 * In the order of a request: the decision first, services of Google and Apple last.
 *
 * @example latencyRows([]) // []
 */
export function latencyRows(latencies: readonly Latency[]): readonly LatencyRow[] {
  return latencies
    .map((each) => ({ ...each, words: WORDS[each.of] }))
    .toSorted((a, b) => ORDER.indexOf(a.of) - ORDER.indexOf(b.of) || b.count - a.count);
}
