import type { Span } from '../shapes/seen.js';
import { MINUTE_MS } from './names.js';

/** A length of steps, each of which has its own sums: no sum is made of others later. */
interface Scale {
  readonly stepMs: number;
  /** How many steps are kept: those of a span, as many before it, and the one that goes on. */
  readonly kept: number;
}

const SCALES: readonly Scale[] = [
  { stepMs: MINUTE_MS, kept: 2 * 60 + 1 },
  { stepMs: 15 * MINUTE_MS, kept: 2 * 96 + 1 },
  { stepMs: 60 * MINUTE_MS, kept: 2 * 168 + 1 },
];

const SPANS: Readonly<Record<Span, { readonly scale: number; readonly steps: number }>> = {
  hour: { scale: 0, steps: 60 },
  day: { scale: 1, steps: 96 },
  week: { scale: 2, steps: 168 },
};

/** Which steps a span has now. Steps are numbered from the epoch. */
export interface Steps {
  readonly scale: number;
  readonly stepMs: number;
  readonly first: number;
  /** The one that goes on. */
  readonly last: number;
}

export function stepsOf(span: Span, now: number): Steps {
  const { scale, steps } = SPANS[span];
  const { stepMs } = SCALES[scale] as Scale;
  const last = Math.floor(now / stepMs);
  return { scale, stepMs, first: last - steps + 1, last };
}

/** For each scale the step of a minute. */
export function stepsOfMinute(minute: number): readonly number[] {
  return SCALES.map(({ stepMs }) => Math.floor((minute * MINUTE_MS) / stepMs));
}

/** For each scale the oldest step that is kept. */
export function oldestSteps(now: number): readonly number[] {
  return SCALES.map(({ stepMs, kept }) => Math.floor(now / stepMs) - kept + 1);
}
