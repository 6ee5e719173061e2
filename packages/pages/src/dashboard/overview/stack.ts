import type { Outcome } from 'attestkit';
import type { Overview } from '../../../../gateway/src/shapes/seen.js';
import { OUTCOMES } from '../parts/share.js';

/** Seconds since the epoch, as the chart wants them, and for each outcome its count on top of those below. */
export interface Stack {
  readonly seconds: readonly number[];
  /** The highest first, because it is drawn first and the others over it. */
  readonly layers: readonly { readonly outcome: Outcome; readonly tops: readonly number[] }[];
}

/**
 * Stacks the steps: the refused on the ground line, where a few of them are seen, and the accepted on top.
 *
 * @example stackOf({ from: 0, stepMs: 1000, steps }, new Set(['refused'])).layers.length // 1
 */
export function stackOf(
  { from, stepMs, steps }: Pick<Overview, 'from' | 'stepMs' | 'steps'>,
  shown: ReadonlySet<Outcome>,
): Stack {
  const length = steps.accepted.length;
  const below = Array.from({ length }, () => 0);
  const layers = OUTCOMES.filter((outcome) => shown.has(outcome)).map((outcome) => {
    for (let step = 0; step < length; step += 1)
      below[step] = (below[step] ?? 0) + (steps[outcome][step] ?? 0);
    return { outcome, tops: [...below] };
  });
  return {
    seconds: Array.from({ length }, (_, step) => (from + step * stepMs) / 1000),
    layers: layers.toReversed(),
  };
}
