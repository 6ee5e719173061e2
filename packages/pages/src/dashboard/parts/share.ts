/** The four outcomes, the worst first: that is the order of charts, so that the rare ones stand on the ground line. */
export const OUTCOMES = ['refused', 'reported', 'open', 'accepted'] as const;

/** Shares are never rounded to all or nothing: who reads `100 %` goes back to bed. */
const LEAST = 0.0001;
const MOST = 0.999;

const ONE_DIGIT = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 });
const TWO_DIGITS = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 2 });

/**
 * `97.1%`, `less than 0.01%`, in the reader's format.
 *
 * @example shareOf(1, 3) // '33.3%'
 */
export function shareOf(part: number, whole: number): string {
  if (whole <= 0 || part <= 0) return ONE_DIGIT.format(0);
  const share = part / whole;
  if (share >= 1) return ONE_DIGIT.format(1);
  if (share < LEAST) return `less than ${TWO_DIGITS.format(LEAST)}`;
  if (share > MOST) return `more than ${ONE_DIGIT.format(MOST)}`;
  return (share < 0.001 ? TWO_DIGITS : ONE_DIGIT).format(share);
}

/**
 * All four together.
 *
 * @example sumOf({ accepted: 2, reported: 1, refused: 0, open: 0 }) // 3
 */
export function sumOf(counts: Readonly<Record<(typeof OUTCOMES)[number], number>>): number {
  return counts.accepted + counts.reported + counts.refused + counts.open;
}

/**
 * `1 request`, `2 requests`.
 *
 * @example plural(2, 'request') // '2 requests'
 */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString()} ${count === 1 ? one : many}`;
}
