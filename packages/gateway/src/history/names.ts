import type { Outcome } from 'attestkit';
import { CATALOG } from 'attestkit/catalog';

/** In the order of the columns. */
export const OUTCOMES = ['accepted', 'reported', 'refused', 'open'] as const satisfies readonly Outcome[];

export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;

/** What values beyond a limit are counted as. */
export const OTHER = 'other';

const LONGEST = 64;
/** Of a route, which the configuration names. */
export const LONGEST_NAME = 200;

/** A text of evidence or of a request, short enough for a table. An empty one says nothing. */
export function cut(text: string | null | undefined, length = LONGEST): string | null {
  if (typeof text !== 'string' || text === '') return null;
  const short = text.length > length ? text.slice(0, length) : text;
  // SQLite's text ends at NUL.
  return short.includes('\0') ? short.replaceAll('\0', '\uFFFD') : short;
}

const SENTENCES: ReadonlyMap<string, string> = new Map(
  Object.values(CATALOG).flatMap(({ checks }) =>
    checks.map(({ code, says }) => [code as string, says] as const),
  ),
);

/** The code if the catalog has it. */
export function codeName(code: string | undefined): string | null {
  if (code === undefined) return null;
  return SENTENCES.has(code) ? code : OTHER;
}

/** The sentence of a code. */
export function sentenceOf(code: string): string {
  return SENTENCES.get(code) ?? 'a code that is not in the catalog';
}

const SERVICES: Readonly<Record<string, string>> = {
  'android.googleapis.com': 'revocation list of Android',
  'firebaseappcheck.googleapis.com': 'App Check keys',
  'playintegrity.googleapis.com': 'Play Integrity',
  'oauth2.googleapis.com': 'Google access tokens',
  'sts.googleapis.com': 'Google access tokens (workload identity federation)',
  'iamcredentials.googleapis.com': 'Google access tokens (service account impersonation)',
  'metadata.google.internal': 'Google access tokens (metadata server)',
  'data.appattest.apple.com': 'App Attest receipts',
  'data-development.appattest.apple.com': 'App Attest receipts (development)',
};

/** What a host has for the gateway; the host itself if it is not a known one. */
export function serviceOf(host: string): string {
  return Object.hasOwn(SERVICES, host) ? (SERVICES[host] as string) : host;
}

/** Compares dotted numbers: 3.10 is after 3.9, and 3 is 3.0. Undefined if one is not made of numbers. */
export function compareVersions(left: string, right: string): number | undefined {
  const [a, b] = [numbersOf(left), numbersOf(right)];
  if (a === undefined || b === undefined) return undefined;
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

/** Of `3.1.0-beta` and `3.1+4` the numbers alone. */
function numbersOf(version: string): readonly number[] | undefined {
  const [found] = /^\d+(?:\.\d+)*(?=$|[-+_])/.exec(version) ?? [];
  return found?.split('.').map(Number);
}
