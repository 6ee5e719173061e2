/** How old an answer was when it came, and how long it may be used without asking again; seconds. */
export interface Freshness {
  readonly age: number;
  readonly lifetime: number;
}

/** What stands for more than can be counted (RFC 9111 §1.2.2). */
const MOST = 2_147_483_648;

/**
 * What the fields of an answer say of its age (RFC 9111 §4.2, §5.1, §5.2.2).
 *
 * Of a repeated `Age` the first counts (§5.1). One that cannot be read is the oldest there is: §5.1 lets a cache ignore
 * it, but then an answer of unknown age would pass for a new one.
 *
 * @param fallback seconds of use if they say nothing that can be read
 */
export function readFreshness(headers: Headers, fallback: number): Freshness {
  const directives = (headers.get('cache-control') ?? '')
    .toLowerCase()
    .split(',')
    .map((each) => each.trim());
  const field = headers.get('age');
  const age = field === null ? 0 : (seconds(field.split(',', 1)[0]) ?? MOST);
  if (directives.some((each) => each === 'no-store' || each.startsWith('no-cache')))
    return { age, lifetime: 0 };
  const maxAge = directives.find((each) => each.startsWith('max-age='))?.slice('max-age='.length);
  return { age, lifetime: Math.max(0, (seconds(maxAge) ?? fallback + age) - age) };
}

function seconds(text: string | undefined): number | undefined {
  const digits = text?.trim() ?? '';
  return /^\d+$/.test(digits) ? Math.min(Number(digits), MOST) : undefined;
}
