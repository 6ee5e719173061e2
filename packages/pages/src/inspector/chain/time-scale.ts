const DAY = 86_400_000;

/** Distances that the line names, in days. */
const STEPS = [
  [1, '1 day'],
  [30.4, '1 month'],
  [365.25, '1 year'],
  [3652.5, '10 years'],
  [10_957, '30 years'],
] as const;

/** A line of time around one moment. Days and decades are on it side by side: distances grow by powers. */
export interface TimeScale {
  /** 0 to 1; beyond the line it is its end. */
  place(at: number): number;
  readonly ticks: readonly { readonly at: number; readonly words: string }[];
}

/** Of the line: closer names would stand on each other. */
const APART = 0.085;

const bent = (distance: number): number => Math.sign(distance) * Math.log10(1 + Math.abs(distance) / DAY);

/**
 * Makes the line on which all of these times are.
 *
 * @param middle the moment that distances are from
 */
export function timeScale(middle: number, times: readonly number[]): TimeScale {
  const places = times.filter((time) => !Number.isNaN(time)).map((time) => bent(time - middle));
  const from = Math.min(bent(-2 * DAY), ...places) - 0.15;
  const to = Math.max(bent(2 * DAY), ...places) + 0.15;
  const place = (at: number): number => {
    const share = (bent(at - middle) - from) / (to - from);
    return Number.isNaN(share) ? 0 : Math.min(1, Math.max(0, share));
  };
  const all = [-1, 1]
    .flatMap((side) => STEPS.map(([days, words]) => ({ at: side * days * DAY, words, side })))
    .filter(({ at }) => bent(at) > from && bent(at) < to)
    .map(({ at, words, side }) => ({ at: middle + at, words: `${side < 0 ? '−' : '+'}${words}` }));
  // Those close to the middle first; the next has to be far enough away to be read.
  const ticks = all.filter(
    ({ at }, index) => !all.slice(0, index).some((before) => Math.abs(place(at) - place(before.at)) < APART),
  );
  return { place, ticks };
}
