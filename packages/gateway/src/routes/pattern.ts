import { readTarget } from './target.js';

/** The path of a route: exact, with one `*` for one segment (`/users/*` and `/photo` behind it), or for all below (`/v1/*`). */
export interface Pattern {
  readonly text: string;
  readonly segments: readonly string[];
  /** All below, too. */
  readonly isPrefix: boolean;
}

/** What is wrong with the text of a pattern. */
export class PatternError extends Error {}

/** @throws PatternError */
export function patternOf(text: string): Pattern {
  if (!text.startsWith('/')) throw new PatternError('does not begin with /');
  if (/\/[:<]|[{}]/.test(text))
    throw new PatternError('has a parameter, such as {id} or :id: the gateway has * for one segment');
  if (/[?#]/.test(text)) throw new PatternError('has a query or a fragment, which is never compared');
  const target = readTarget(text);
  if (target === undefined) throw new PatternError('has a character that no path on the wire has');
  if (target.isAmbiguous)
    throw new PatternError(
      'can be read in several ways: write it without dot segments, // and needless encodings',
    );
  const segments = text.split('/').slice(1);
  const stars = text.split('*').length - 1;
  if (stars > 1) throw new PatternError('has more than one *');
  if (stars === 1 && !segments.includes('*')) throw new PatternError('has a * that is not a whole segment');
  const isPrefix = segments.at(-1) === '*';
  return { text, segments: isPrefix ? segments.slice(0, -1) : segments, isPrefix };
}

/** A path as it is compared with many patterns. */
export interface Split {
  readonly segments: readonly string[];
  /** Without the empty segment at the end. */
  readonly bare: readonly string[];
}

export function splitPath(path: string): Split {
  const segments = path.split('/').slice(1);
  return { segments, bare: bare(segments) };
}

/** Byte for byte. A prefix alone does not match: many servers take `/v1/` for `/v1`. */
export function matchesExactly({ segments, isPrefix }: Pattern, { segments: given }: Split): boolean {
  if (given.length < segments.length) return false;
  if (isPrefix ? !hasMore(given, segments.length) : given.length > segments.length) return false;
  for (let at = 0; at < segments.length; at += 1)
    if (segments[at] !== given[at] && (segments[at] !== '*' || given[at] === '')) return false;
  return true;
}

/** Whether a segment with text follows. */
function hasMore(segments: readonly string[], from: number): boolean {
  for (let at = from; at < segments.length; at += 1) if (segments[at] !== '') return true;
  return false;
}

/** Without case, however its characters are encoded, and with or without a slash at the end; a prefix itself, too. */
export function matchesLiberally({ segments, isPrefix }: Pattern, { bare: given }: Split): boolean {
  const wanted = bare(segments);
  if (isPrefix ? given.length < wanted.length : given.length !== wanted.length) return false;
  for (let at = 0; at < wanted.length; at += 1)
    if (wanted[at] !== '*' && !isSame(wanted[at] as string, given[at] as string)) return false;
  return true;
}

/** Whether there is a path that both match, read liberally. */
export function overlap(one: Pattern, other: Pattern): boolean {
  const [first, second] = [bare(one.segments), bare(other.segments)];
  const shared = Math.min(first.length, second.length);
  for (let at = 0; at < shared; at += 1) {
    const [a, b] = [first[at] as string, second[at] as string];
    if (a !== '*' && b !== '*' && !isSame(a, b)) return false;
  }
  if (first.length === second.length) return true;
  return first.length < second.length ? one.isPrefix : other.isPrefix;
}

/** The higher, the fewer paths it means. */
export function precision({ segments, isPrefix }: Pattern): number {
  const fixed = segments.filter((segment) => segment !== '*').length;
  return fixed * 4 + (segments.includes('*') ? 0 : 2) + (isPrefix ? 0 : 1);
}

/** Without the empty segment at the end. */
function bare(segments: readonly string[]): readonly string[] {
  return segments.at(-1) === '' ? segments.slice(0, -1) : segments;
}

/** Without case, and with characters that need not be encoded in a path (RFC 3986 §3.3) encoded or not. */
function isSame(one: string, other: string): boolean {
  return one === other || plain(one) === plain(other);
}

function plain(segment: string): string {
  const lower = segment.toLowerCase();
  if (!lower.includes('%')) return lower;
  return lower.replace(/%(?:2[146-9a-c]|3[ad]|40)/g, (each) =>
    String.fromCharCode(Number.parseInt(each.slice(1), 16)),
  );
}
