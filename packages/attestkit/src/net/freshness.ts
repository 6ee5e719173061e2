/** How old an answer was when it came, and how long it may be used without asking again; seconds. */
export interface Freshness {
  readonly age: number;
  readonly lifetime: number;
}

/**
 * What the fields of an answer say of its age (RFC 9111 §4.2, §5.1, §5.2.2).
 *
 * @param fallback seconds of use where they say nothing that can be read
 */
export function readFreshness(headers: Headers, fallback: number): Freshness {
  const directives = (headers.get('cache-control') ?? '')
    .toLowerCase()
    .split(',')
    .map((each) => each.trim());
  const age = seconds(headers.get('age')) ?? 0;
  if (directives.some((each) => each === 'no-store' || each.startsWith('no-cache')))
    return { age, lifetime: 0 };
  const maxAge = directives.find((each) => each.startsWith('max-age='))?.slice('max-age='.length);
  return { age, lifetime: Math.max(0, (seconds(maxAge) ?? fallback + age) - age) };
}

function seconds(text: string | null | undefined): number | undefined {
  return text !== null && text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}
