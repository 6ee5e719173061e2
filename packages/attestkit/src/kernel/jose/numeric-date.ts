/** A NumericDate (RFC 7519 §2) as ISO 8601; undefined for another value, or beyond the calendar. */
export function isoTime(value: unknown): string | undefined {
  const time = typeof value === 'number' ? new Date(value * 1000) : undefined;
  return time === undefined || Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

/** A NumericDate (RFC 7519 §2) in milliseconds since the epoch; NaN for anything else, which an inspector may read. */
export function milliseconds(value: unknown): number {
  return typeof value === 'number' ? value * 1000 : Number.NaN;
}
