// Numbers and times as the reader's language has them; each also says the exact value to who looks closer.

const NUMBER = new Intl.NumberFormat();
const COMPACT = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 });
const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const DAY_TIME = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const PARTS = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });

/** `1,234` */
export const whole = (value: number): string => NUMBER.format(value);

/** `1.2K`, for narrow places. */
export const compact = (value: number): string =>
  value < 10_000 ? NUMBER.format(value) : COMPACT.format(value);

/** `0.4 %` of 0.004; small shares keep one digit that is not 0. */
export function percent(share: number): string {
  const digits = share === 0 || share >= 0.1 ? 0 : share >= 0.001 ? 1 : 2;
  return new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: digits }).format(share);
}

/** `14:03:07` of today, with the date on another day. */
export function time(at: number, now = Date.now()): string {
  return new Date(at).toDateString() === new Date(now).toDateString() ? TIME.format(at) : DAY_TIME.format(at);
}

/** With the date. */
export const dateTime = (at: number): string => DAY_TIME.format(at);

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 31_557_600_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
];

/** `3 minutes ago`, `in 2 days`. */
export function ago(at: number, now = Date.now()): string {
  const [unit, length] = UNITS.find(([, each]) => Math.abs(at - now) >= each) ?? ['second', 1000];
  return PARTS.format(Math.trunc((at - now) / length), unit);
}

/** `0.42 ms`, `12 ms`, `1.5 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds >= 1000) return `${NUMBER.format(Math.round(milliseconds / 100) / 10)} s`;
  const digits = milliseconds >= 10 ? 0 : milliseconds >= 1 ? 1 : 2;
  return `${NUMBER.format(Number(milliseconds.toFixed(digits)))} ms`;
}
