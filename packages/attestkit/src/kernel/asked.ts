import { CertificatePlace } from './asn1/certificate-place.js';

/** A value of a check as words of its own, which a report shows without quotation marks. */
export interface Worded {
  readonly words: string;
}

class Lazy implements Worded {
  readonly #make: () => string;

  constructor(make: () => string) {
    this.#make = make;
  }

  get words(): string {
    return this.#make();
  }
}

/** What a check expects if the options ask for nothing: it holds whatever was found. */
export const NOT_ASKED: Worded = new Lazy(() => 'anything');

/**
 * What a check expects: this or more, of a time this or later. Words are made only for a report.
 *
 * @param unit `s`
 */
export function atLeast(limit: Date | number | string, unit = ''): Worded {
  return new Lazy(() =>
    limit instanceof Date ? `${iso(limit)} or later` : `at least ${numberWith(limit, unit)}`,
  );
}

/** What a check expects: this or less, of a time this or earlier. */
export function atMost(limit: Date | number | string, unit = ''): Worded {
  return new Lazy(() =>
    limit instanceof Date ? `${iso(limit)} or earlier` : `at most ${numberWith(limit, unit)}`,
  );
}

/** What a check expects: one of these. */
export function oneOf(values: readonly string[]): Worded {
  return new Lazy(() =>
    values.length === 1 ? JSON.stringify(values[0]) : `one of ${JSON.stringify(values)}`,
  );
}

/** What a check found or expects, in any words; made only for a report. */
export function words(make: () => string): Worded {
  return new Lazy(make);
}

/** What a check found, with its unit; undefined if it found nothing. */
export function amount(value: number | undefined, unit: string): Worded | undefined {
  return value === undefined ? undefined : new Lazy(() => numberWith(value, unit));
}

/** A value as a report shows it: words, a place, a time, or JSON; an empty list is `none`. */
export function wordsOf(value: unknown): string {
  if (value instanceof Lazy) return value.words;
  if (value instanceof CertificatePlace) return value.message;
  if (value instanceof Date) return iso(value);
  if (Array.isArray(value) && value.length === 0) return 'none';
  return JSON.stringify(value);
}

function numberWith(value: number | string, unit: string): string {
  return unit === '' ? String(value) : `${value} ${unit}`;
}

function iso(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'a time that no date can say' : date.toISOString();
}
