/** As of when to inspect: the time in the evidence if it has one, now, or a time that was given. */
export type AsOf =
  | { readonly of: 'evidence' }
  | { readonly of: 'now' }
  | { readonly of: 'time'; readonly local: string };

const two = (value: number): string => String(value).padStart(2, '0');

/** What `<input type="datetime-local">` has for a time: the reader's own clock, with seconds. */
export function localOf(at: number): string {
  const date = new Date(at);
  const day = `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** Milliseconds of such a text; undefined if it is not a time. */
export function timeOf(local: string): number | undefined {
  if (!/^\d{4,6}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?$/.test(local)) return undefined;
  const time = Date.parse(local);
  return Number.isNaN(time) ? undefined : time;
}

/** What is sent as `at`, ISO 8601; undefined if the evidence is to say it, or the time is not one. */
export function sentAt(asOf: AsOf, now: number): string | undefined {
  const time = asOf.of === 'evidence' ? undefined : asOf.of === 'now' ? now : timeOf(asOf.local);
  return time === undefined ? undefined : new Date(time).toISOString();
}
