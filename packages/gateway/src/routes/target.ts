// A request target (RFC 9112 §3.2.1), read as every server and proxy behind may read it.

/** What a request asks for. */
export interface Target {
  /** Path and query as sent. */
  readonly raw: string;
  /** The path as sent, without the query. */
  readonly path: string;
  /** Whether some readers may take it for another path. */
  readonly isAmbiguous: boolean;
  /**
   * Every path that a reader may take it for, the path as sent first. Undefined if there are too many to compare. It takes long, and is
   * asked for only if the configuration wants it.
   */
  readonly readings: () => readonly string[] | undefined;
}

/** Longer ones are refused: most servers behind do so too. */
const LONGEST_TARGET = 8192;

/** What no server has to accept: white space, controls, bytes above ASCII, a fragment. */
const FORBIDDEN = /[^!-~]|#/;
/** Of a path: a backslash, `%` that encodes nothing, and encoded controls. */
const FORBIDDEN_IN_PATH = /\\|%(?![0-9A-Fa-f]{2})|%[01][0-9A-Fa-f]|%7[Ff]/;

/**
 * Encoded slashes, dots, backslashes, `%`, `;`, `?` and `#`; needless encodings of letters, digits, `-`, `_` and `~`; empty and dot
 * segments; parameters; characters that some proxies encode on the way; a dot or a space at the end.
 */
const AMBIGUOUS =
  /%(?:2[5eEfF]|2[dD]|3[0-9bBfF]|23|5[cC]|5[fF]|7[eE]|[46][1-9A-Fa-f]|[57][0-9aA])|\/\/|\/\.{1,2}(?:\/|$)|[;"<>^`{|}]|(?:\.|%20)$/;

/** Reads a target; undefined if it is refused whatever the routes say. */
export function readTarget(raw: string): Target | undefined {
  if (!raw.startsWith('/') || raw.length > LONGEST_TARGET || FORBIDDEN.test(raw)) return undefined;
  const query = raw.indexOf('?');
  const path = query < 0 ? raw : raw.slice(0, query);
  if (FORBIDDEN_IN_PATH.test(path)) return undefined;
  const isAmbiguous = AMBIGUOUS.test(path);
  return { raw, path, isAmbiguous, readings: () => (isAmbiguous ? readingsOf(path) : [path]) };
}

/** More readings, and of longer paths, are not compared. */
const MOST_READINGS = 64;
const LONGEST_READ = 1024;

/** All that a chain of readers can make of it, each doing one of these things, in any order. */
function readingsOf(path: string): readonly string[] | undefined {
  if (path.length > LONGEST_READ) return undefined;
  const found = new Set([path]);
  for (const reading of found) {
    for (const read of READERS) found.add(read(reading));
    if (found.size > MOST_READINGS) return undefined;
  }
  return [...found];
}

const READERS: readonly ((path: string) => string)[] = [
  // Once; again by the next turn.
  (path) => path.replace(/%[0-9A-Fa-f]{2}/g, decoded),
  // Only what need not be encoded: Traefik, RFC 3986 §6.2.2.2.
  (path) => path.replace(/%[0-9A-Fa-f]{2}/g, (each) => unreserved(decoded(each)) ?? each),
  (path) => withoutDots(path),
  (path) => path.replace(/\/{2,}/g, '/'),
  (path) => path.replace(/;[^/]*/g, ''),
  (path) => path.replace(/\\/g, '/'),
  (path) => path.replace(/[?#].*$/s, ''),
  (path) => path.split('/').map(withoutEnd).join('/'),
];

function decoded(escape: string): string {
  return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
}

function unreserved(character: string): string | undefined {
  return /[A-Za-z0-9._~-]/.test(character) ? character : undefined;
}

/** Without dots and spaces at its end, as Windows has it; unless nothing else is there. */
function withoutEnd(segment: string): string {
  let end = segment.length;
  for (;;) {
    if (segment[end - 1] === '.' || segment[end - 1] === ' ') end -= 1;
    else if (segment.endsWith('%20', end)) end -= 3;
    else return end === 0 ? segment : segment.slice(0, end);
  }
}

/** RFC 3986 §5.2.4. */
function withoutDots(path: string): string {
  const kept: string[] = [];
  const segments = path.split('/');
  for (const [at, segment] of segments.entries()) {
    const isLast = at === segments.length - 1;
    if (segment === '..') {
      if (kept.length > 1) kept.pop();
      if (isLast) kept.push('');
    } else if (segment !== '.') kept.push(segment);
    else if (isLast) kept.push('');
  }
  return kept.join('/') || '/';
}
