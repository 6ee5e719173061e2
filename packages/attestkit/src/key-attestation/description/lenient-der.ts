import { readSet, type Asn1 } from '../../kernel/asn1/der.js';
import { readBoolean, readEnumerated, readInteger } from '../../kernel/asn1/der-values.js';

/** What a key description has out of the ordinary, by path: `hardwareEnforced.digest: SET OF not DER-sorted`. */
export interface Notes {
  /** Deviations from DER that genuine devices have, and that change nothing. */
  readonly anomalies: string[];
  /** Undocumented tags. */
  readonly unknownTags: string[];
  /** Tags that one list has twice; the first one was read. Sets of numbers are joined instead. */
  readonly repeatedTags: string[];
  /** Where reading ended, by path: `hardwareEnforced.rootOfTrust`. */
  readonly unreadable?: string[];
}

/** The largest integers of a key description have 64 bits: times in milliseconds, version codes. */
const LARGEST = 2n ** 64n;

/** INTEGER of at most 64 bits, not negative. Beyond 2^53 it is rounded: a time so late does not differ from the next. */
export function readNumber(element: Asn1 | undefined): number | undefined {
  return toNumber(readInteger(element));
}

/**
 * ENUMERATED, likewise. Whether it is one or an INTEGER decides nothing: both have the same content, and published
 * examples have the other (Web Authentication §16.10).
 */
export function readChoice(element: Asn1 | undefined): number | undefined {
  return toNumber(readEnumerated(element) ?? readInteger(element));
}

/** BOOLEAN. Some devices write 01 for true, which is BER (X.690 §8.2.2, §11.1). */
export function readLenientBoolean(
  element: Asn1 | undefined,
  path: string,
  notes: Notes,
): boolean | undefined {
  const value = readBoolean(element);
  const octet = element?.content[0];
  if (value === true && octet !== 0xff)
    notes.anomalies.push(`${path}: non-canonical BOOLEAN 0x${Number(octet).toString(16)}`);
  return value;
}

/** SET OF INTEGER, in the order that the device wrote it; many do not sort it (X.690 §11.6). */
export function readNumbers(
  element: Asn1 | undefined,
  path: string,
  notes: Notes,
): readonly number[] | undefined {
  const elements = readSet(element);
  const numbers = elements?.map(readNumber);
  if (elements === undefined || !isComplete(numbers)) return undefined;
  if (!isSorted(elements)) notes.anomalies.push(`${path}: SET OF not DER-sorted`);
  return numbers;
}

/** Whether each of the values could be read. */
export function isComplete<T>(values: readonly (T | undefined)[] | undefined): values is readonly T[] {
  return values?.every((each) => each !== undefined) === true;
}

function isSorted(elements: readonly Asn1[]): boolean {
  return elements.every(
    (each, index) => index === 0 || Buffer.compare((elements[index - 1] as Asn1).raw, each.raw) <= 0,
  );
}

function toNumber(value: bigint | undefined): number | undefined {
  return value === undefined || value < 0n || value >= LARGEST ? undefined : Number(value);
}
